"""How the session signs in: choosing, entering a key or a code, who is signed in, signing out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from components.connection import (
    ask_person,
    identity_in_use,
    is_signed_in,
    offered_ways,
    remember_identity,
    sign_out,
    source_for,
    way_in_use,
)
from components.language import t
from components.notices import plain, show_error
from core.errors import WorkbenchError
from core.secret import Secret
from core.signin import ML_SCOPE, PERSONAL_WAYS, PersonSource, identity_of

if TYPE_CHECKING:
    from components.state import Session
    from core.signin import Identity, SignInState, TokenSource

TITLES = {
    "key": "Key of the endpoint",
    "device": "Microsoft account, with a code",
    "browser": "Microsoft account, in a browser window",
    "auto": "Sign-in of this computer",
    "cli": "Azure CLI",
    "workspace": "Token of the workspace",
    "managed": "Managed identity",
    "workload": "Workload identity",
    "secret": "Application with a secret",
}
"""The ways of :data:`core.settings.SIGN_IN_WAYS`, as the page calls them."""

_HELP = {
    "device": "You get a code and enter it on Microsoft's page, on this or any other device.",
    "browser": "Microsoft's sign-in opens in a new browser window on this computer.",
    "auto": "Takes what this computer is signed in with: the environment, its managed identity or "
    "the Azure CLI.",
    "cli": "Takes the account of `az login`.",
    "workspace": "For endpoints with token authentication: Azure gives a token for this endpoint, "
    "with the sign-in of this computer.",
    "managed": "Takes the identity that Azure has given to this machine.",
    "workload": "Takes the identity of the Kubernetes workload.",
    "secret": "Takes the application whose id and secret are in the environment.",
}
_NAMED = "Signed in as `{name}`."
_APP_NAMED = "Signed in as `{name}`, an application."
_SOMEBODY = "Signed in."
_APP = "Signed in, an application."
_BEGIN = {"device": "Get a code", "browser": "Open the window"}
_WAY = "sign_in_way"
_KEY = "sign_in_key"
_RESOURCE_ID = "sign_in_resource_id"


def way_in_words(way: str) -> str:
    """A way to sign in, as the page calls it."""
    return t(TITLES[way]) if way in TITLES else way


def show_sign_in_panel(state: Session) -> None:
    """Show the ways to sign in and what the chosen one needs."""
    st.subheader(t("Sign-in"))
    way = way_in_use(state)
    ways = {name: way_in_words(name) for name in offered_ways(state)}
    st.session_state[_WAY] = way
    st.selectbox(
        t("How"),
        list(ways),
        format_func=lambda name: ways.get(name, name),
        key=_WAY,
        on_change=_take_way,
        args=(state,),
        help=t(
            "The ways that use an identity of the computer on which this program runs are offered "
            "to whoever sits at it, and for the operator's endpoint."
        ),
    )
    identity = _identity(state)
    if way == "key":
        _show_key(state)
    else:
        st.caption(t(_HELP[way]))
        if way == "workspace":
            _show_resource_id(state)
        _show_way(state, way, signed_in=identity is not None)
    # A sign-in outlives the change to a key: what finds and deploys endpoints needs it still.
    if identity is not None:
        _show_identity(state, identity)


def _show_key(state: Session) -> None:
    """The field is emptied at once: the key goes to the session, not back to the browser."""
    st.session_state[_KEY] = ""
    st.text_input(
        t("Key"),
        type="password",
        key=_KEY,
        autocomplete="off",
        placeholder=t("A key is set. Type another to replace it.") if state.entry.key else "",
        on_change=_take_key,
        args=(state,),
        help=t(
            "Kept in this browser session only; never shown, logged or exported. It is on the "
            "endpoint's Consume tab in Azure Machine Learning studio."
        ),
    )
    if state.entry.key and st.button(t("Forget the key"), key="forget_key"):
        state.entry = replace(state.entry, key=None)
        st.rerun()


def _show_resource_id(state: Session) -> None:
    st.session_state[_RESOURCE_ID] = state.entry.resource_id
    st.text_input(
        t("Resource id of the endpoint"),
        key=_RESOURCE_ID,
        placeholder=t("/subscriptions/.../onlineEndpoints/NAME"),
        on_change=_take_resource_id,
        args=(state,),
        help=t(
            "Empty takes the operator's. In Azure Machine Learning studio it is among the "
            "details of the endpoint."
        ),
    )


def _show_way(state: Session, way: str, *, signed_in: bool) -> None:
    """The button of a way, or the person who is being waited for."""
    if isinstance(state.source, PersonSource):
        now = state.source.state
        if now.step == "waiting":
            _show_waiting(state.source)
            return
        if now.error is not None:
            show_error(now.error)
    label = t(_BEGIN[way]) if way in _BEGIN else t("Sign in")
    if not signed_in and st.button(label, key="sign_in", type="primary"):
        _sign_in(state, way)


def _sign_in(state: Session, way: str) -> None:
    try:
        if way in PERSONAL_WAYS:
            ask_person(state, way)
        else:
            with st.spinner(t("Signing in")):
                _learn_identity(source_for(state, way))
    except WorkbenchError as error:
        show_error(error)
    else:
        st.rerun()


def _learn_identity(source: TokenSource | None) -> None:
    """Ask for a token and look into it; raises what the sign-in raises."""
    if source is not None:
        remember_identity(identity_of(source.token(ML_SCOPE)))


def _identity(state: Session) -> Identity | None:
    """Who is signed in; asked for at once after a person has signed in, else with the button."""
    if identity_in_use() is None and isinstance(state.source, PersonSource):
        try:
            _learn_identity(state.source if is_signed_in(state.source) else None)
        except WorkbenchError as error:
            show_error(error)
    return identity_in_use()


@st.fragment(run_every=1.0)
def _show_waiting(source: PersonSource) -> None:
    """The code and the link while a person is waited for; reruns the page when that ends."""
    now = source.state
    if now.step != "waiting":
        st.rerun()
    with st.container(border=True):
        if source.way == "browser":
            st.markdown(t("Go on in the browser window that has opened."))
        elif not now.code:
            st.markdown(t("Asking for a code."))
        else:
            _show_code(now)
        if st.button(t("Cancel"), key="cancel_sign_in", icon=":material/close:"):
            source.cancel()
            st.rerun()


def _show_code(now: SignInState) -> None:
    st.markdown(t("Enter this code on Microsoft's page. Never enter a code that another gave you."))
    st.title(plain(now.code), anchor=False)
    if now.link:
        st.link_button(t("Open Microsoft's page"), now.link, icon=":material/open_in_new:")
        st.caption(f"`{now.link}`")
    if now.expires is not None:
        left = max(0, round((now.expires - datetime.now(UTC)).total_seconds()))
        st.caption(t("The code ends in {time}.", time=f"{left // 60}:{left % 60:02}"))


def _show_identity(state: Session, identity: Identity) -> None:
    # As code, since Markdown would make a mail address a link.
    name = identity.name.replace("`", "")
    app = identity.kind == "app"
    if name:
        who = t(_APP_NAMED, name=name) if app else t(_NAMED, name=name)
    else:
        who = t(_APP) if app else t(_SOMEBODY)
    st.success(who, icon=":material/person:")
    if identity.tenant_id:
        st.caption(t("Tenant {tenant}", tenant=plain(identity.tenant_id)))
    if st.button(t("Sign out"), key="sign_out", icon=":material/logout:"):
        sign_out(state)
        st.rerun()


def _take_way(state: Session) -> None:
    way = st.session_state[_WAY]
    state.entry = replace(state.entry, sign_in=way)
    if way != "key" and state.source is not None and state.source.way != way:
        sign_out(state)


def _take_key(state: Session) -> None:
    typed = st.session_state[_KEY]
    if typed:
        state.entry = replace(state.entry, key=Secret(typed), sign_in="key")


def _take_resource_id(state: Session) -> None:
    state.entry = replace(state.entry, resource_id=st.session_state[_RESOURCE_ID])
    sign_out(state)
