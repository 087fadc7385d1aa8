"""A page of the review without a browser, and who reads on it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from streamlit.testing.v1 import AppTest

from components import review_access
from tests.conftest import ROOT

if TYPE_CHECKING:
    import pytest

PATIENCE_S = 60


def workbench() -> AppTest:
    """The workbench as it opens, in a session of its own."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S)


def page(name: str, **query: str) -> AppTest:
    """One page in a session of its own, at this address."""
    app = workbench()
    for key, value in query.items():
        app.query_params[key] = value
    return app.run().switch_page(f"pages/{name}.py").run()


def words(app: AppTest) -> str:
    """What is written on a page."""
    kinds = (app.markdown, app.caption, app.info, app.header, app.subheader, app.error, app.success)
    return "\n".join(element.value for kind in kinds for element in kind)


def sent_to_the_editor(app: AppTest) -> dict[str, Any]:
    """What the editor on a page was given."""
    [data] = [
        json.loads(found.proto.json)
        for found in app.get("bidi_component")
        if found.proto.component_name == "workbench_editor"
    ]
    return data


def signed_in(monkeypatch: pytest.MonkeyPatch, **claims: str) -> None:
    """Let a login vouch for a person, or for nobody when nothing is claimed."""
    user = SimpleNamespace(is_logged_in=bool(claims), to_dict=lambda: claims)
    monkeypatch.setattr(review_access, "secrets_from_file", lambda: {"auth": {}})
    monkeypatch.setattr(review_access.st, "user", user)
