"""Many images through a batch endpoint of Azure ML: prepared, uploaded, run, fetched, decoded."""
