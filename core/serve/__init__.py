"""The MedImageParse REST contract over a backend of this process.

Starlette and uvicorn, which come with Streamlit, are imported where they are used.
"""
