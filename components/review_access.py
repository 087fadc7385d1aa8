"""Who reads, and where reviews are kept.

On a single machine the reader types a name, which the address of the page carries on, so that a
reload or a restarted server knows it. Where the operator has configured a login, only a signed-in
person reads, under the identity that the login vouches for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from components.kept import kept
from components.language import t
from components.notices import plain
from core.errors import AccessRefused
from core.review.people import LONGEST_NAME, reader_of, readers_named
from core.review.place import open_review
from core.settings.lookup import secrets_from_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.review.store import Store
    from core.review.values import Reader

_READER = "reader"


def review_store() -> Store:
    """The store that the operator has set, opened once a process; it holds nobody's session.

    Raises:
        SettingsError: A setting makes no sense.
        StoreUnreachable: The database does not answer.
    """
    return _open(tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith("MIP_"))))


@st.cache_resource(show_spinner=False)
def _open(settings: tuple[tuple[str, str], ...]) -> Store:
    return open_review(dict(settings))


def has_login() -> bool:
    """Whether the operator has configured a login."""
    return "auth" in secrets_from_file()


def current_reader(store: Store) -> Reader | None:
    """The reader of this session; asks who it is where that is not known yet, and gives None.

    Args:
        store: Knows the readers.

    Raises:
        AccessRefused: The login does not say who somebody is.
        StoreUnreachable: The database does not answer.
    """
    if has_login():
        return _signed_in(store)
    name = _tidy(st.query_params.get(_READER, ""))
    if name:
        return _known(store, f"local:{name.casefold()}", name)
    _ask_name()
    return None


def found_reader(store: Store, name: str) -> Reader:
    """The reader of this name; on a single machine one who has not read yet, too.

    Args:
        store: Knows the readers.
        name: As it is shown.

    Raises:
        AccessRefused: Nobody has this name, or several have.
        StoreUnreachable: The database does not answer.
    """
    tidy = _tidy(name)
    if not has_login():
        return reader_of(store, f"local:{tidy.casefold()}", tidy)
    found = readers_named(store, tidy)
    if len(found) != 1:
        raise AccessRefused(
            t("{count} people have the name {name}.", count=len(found), name=tidy),
            t("Use a name that one person has, after they have opened the page Review once."),
        )
    return found[0]


def show_reader(reader: Reader) -> None:
    """Say who reads, with a way to leave."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/person: {plain(reader.name)}")
        if st.button(t("Change reader"), key="leave_reader", type="tertiary"):
            _leave()


def _signed_in(store: Store) -> Reader | None:
    if not st.user.is_logged_in:
        st.info(t("Sign in to see the projects that you take part in."), icon=":material/login:")
        if st.button(t("Sign in"), type="primary", key="login"):
            st.login()
        return None
    claims: Mapping[str, object] = st.user.to_dict()
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (issuer and subject):
        raise AccessRefused(
            t("The login does not say who you are: it gives no issuer and subject."),
            t("Ask the operator to use a provider of OpenID Connect."),
        )
    name = str(claims.get("name") or claims.get("email") or subject)[:LONGEST_NAME]
    return _known(store, f"oidc:{issuer}#{subject}", name)


def _known(store: Store, subject: str, name: str) -> Reader:
    """The reader, asked of the database once a session."""
    return kept("review reader", (subject, name), lambda: reader_of(store, subject, name))


def _ask_name() -> None:
    with st.form("reader_form", border=True, width=420):
        name = st.text_input(
            t("Your name, as the others see it"),
            max_chars=LONGEST_NAME,
            key="reader_name",
            help=t("On this machine nobody checks it; with a login, the login says who you are."),
        )
        if st.form_submit_button(t("Start"), type="primary") and name.strip():
            st.query_params[_READER] = _tidy(name)
            st.rerun()


def _tidy(name: str) -> str:
    """Spaces alone, unlike in what is shown: the subject by which readers are known is of it."""
    return " ".join(name.split())[:LONGEST_NAME]


def _leave() -> None:
    if has_login():
        st.logout()
    else:
        st.query_params.clear()
        st.rerun()
