"""The models that can be asked, behind one protocol."""
