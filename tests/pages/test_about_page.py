"""The page about the program."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.backends.demo import KNOWN
from core.prompts import vocabulary

ROOT = Path(__file__).resolve().parents[2]


def test_it_says_what_the_program_is_not_and_lists_what_can_be_asked():
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.run().switch_page("pages/about.py").run()
    assert not page.exception
    words = "\n".join(str(element.value) for element in (*page.markdown, *page.caption))
    assert "not for diagnosis" in words
    assert "nothing" in words
    demo, trained = (table.value for table in page.dataframe)
    assert len(demo) == len(KNOWN)
    assert len(trained) == len(vocabulary().groups)


def test_it_says_so_in_italian_and_keeps_the_phrases_as_they_are_typed():
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.session_state["language"] = "it"
    page.run().switch_page("pages/about.py").run()
    assert not page.exception
    assert page.header[0].value == "Informazioni"
    demo, trained = (table.value for table in page.dataframe)
    assert list(demo.columns) == ["Frasi", "In quali immagini", "Come"]
    assert demo.iloc[0, 0].startswith("lung")
    assert trained.iloc[0, 0] == "TC addome"
    words = "\n".join(str(element.value) for element in (*page.markdown, *page.caption))
    assert "Solo per ricerca, non per diagnosi." in words
    assert " the " not in words
