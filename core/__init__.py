"""The workbench without a browser: read images, ask a backend for masks, measure and export them.

Nothing in here imports Streamlit, PyTorch or the Azure SDK when it is imported.
"""
