"""Entry point: ``streamlit run app.py``."""

from components.entry import open_app

open_app()
