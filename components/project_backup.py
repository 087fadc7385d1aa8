"""A whole project as one file, and back."""

from __future__ import annotations

import io
import tempfile
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from core.export.names import slug
from core.review.backup import export_project, import_project

if TYPE_CHECKING:
    from core.review.store import Store
    from core.review.values import Project

_HELP = (
    "Images, masks, every edit, decision and comment, and the audit log, in one ZIP. It also holds "
    "readings that are not complete: do not look into it before the second readers are done."
)
_RESTORE_HELP = (
    "Everything in it is checked before anything is stored. A project that is here already is "
    "left as it is."
)
_IN_MEMORY = 64 * 2**20


def show_backup(store: Store, project: Project) -> None:
    """A download of the whole project, made when it is pressed.

    Args:
        store: Where it is kept.
        project: Of an owner.
    """
    st.caption(t(_HELP))

    def make() -> bytes:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            export_project(store, project.id, file)
            file.seek(0)
            return file.read()

    st.download_button(
        t("Download the backup"),
        data=make,
        file_name=f"{slug(project.name)}_backup.zip",
        mime="application/zip",
        on_click="ignore",
        key="backup",
        icon=":material/archive:",
    )


def show_restore(store: Store) -> None:
    """Take a backup back; its members have their roles again.

    Raises:
        InputError: It is no backup, it was changed, or the project is here already.
        StoreUnreachable: The store does not answer.
    """
    with st.form("restore", border=False, clear_on_submit=True):
        file = st.file_uploader(t("Backup of a project"), type="zip", help=t(_RESTORE_HELP))
        pressed = st.form_submit_button(t("Restore"))
    if pressed and file is not None:
        with st.spinner(t("Checking and restoring")):
            st.query_params["project"] = import_project(store, io.BytesIO(file.getvalue()))
        st.rerun()
