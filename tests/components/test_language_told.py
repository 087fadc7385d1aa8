"""What core says with its values filled in is recognised and told in Italian."""

from __future__ import annotations

import random
import re

import pytest

from components.language.catalogue import Catalogue, catalogue

ITALIAN = catalogue("it")
_GAP = re.compile(r"\{\d+\}")


def test_every_sentence_is_told_with_its_values_in_their_places():
    wrong = {}
    for text, italian in ITALIAN.messages.items():
        values = [f"q{number}z" for number in range(len(_GAP.findall(text)))]
        said = text.format(*values)
        # With nothing but a letter or brackets around it a value is not taken for a sentence.
        bare = len(re.sub(r"[\W\d_]", "", _GAP.sub("", text))) < 2
        if ITALIAN.told(said) != (said if values and bare else italian.format(*values)):
            wrong[said] = ITALIAN.told(said)
    assert wrong == {}


TOLD = {
    "a.pdf is a PDF document. Export its page as PNG, or upload the image it was made from.": (
        "a.pdf è un documento PDF. "
        "Ne esporti la pagina come PNG, oppure carichi l'immagine da cui è stato fatto."
    ),
    "a.b is busy or failed (503). It was tried 3 times. Try again in about 90 seconds, "
    "as the service asks.": (
        "a.b è occupato o non ha funzionato (503). Sono stati fatti 3 tentativi. "
        "Riprovi fra circa 90 secondi, come chiede il servizio."
    ),
    "Nothing found at the threshold 100. The highest probability is 0.31, under 0.50.": (
        "Nulla trovato alla soglia 100. La probabilità massima è 0,31, sotto 0,50."
    ),
    "Not looked at, since the step Sign-in failed.": (
        "Non esaminato, perché il passo Accesso non è riuscito."
    ),
    "2 of the files in the archive are left out: a.txt (not an image), b.dcm (listed twice).": (
        "2 dei file nell'archivio sono esclusi: a.txt (non è un'immagine), b.dcm (elencato due "
        "volte)."
    ),
    "0.5 to 99.5 percentiles of all pixels (3 to 250) scaled to 0..255": (
        "percentili da 0,5 a 99,5 di tutti i pixel (da 3 a 250) riscalati a 0..255"
    ),
    "window lung: centre -600, width 1500": "finestra polmone: centro -600, ampiezza 1500",
    "lung": "polmone",
}


@pytest.mark.parametrize(("said", "told"), TOLD.items())
def test_a_reader_of_italian_gets_whole_sentences(said, told):
    assert ITALIAN.told(said) == told


def test_the_words_of_azure_stay_as_azure_wrote_them():
    said = "Azure refused it: The name is taken. Mend what it names, then run it again."
    assert ITALIAN.told(said) == (
        "Azure ha rifiutato l'operazione: The name is taken. Corregga ciò che è indicato, poi "
        "esegua di nuovo."
    )


def test_a_phrase_in_a_sentence_stays_as_it_was_typed():
    assert "lung" in ITALIAN.told("The demo engine found no lung in this picture.")


def test_a_value_that_is_typed_stays_as_it_is_typed():
    told = ITALIAN.told("Set MIP_SIGN_IN to one of key, auto, cli.")
    assert told == "Imposti MIP_SIGN_IN su uno di questi: key, auto, cli."


def test_the_sentence_that_says_most_is_taken_before_one_that_fits_too():
    words = {"{0} is {1}.": "{0} è {1}.", "The lamp is {0}.": "La lampada è {0}."}
    found = Catalogue({}, {}, words, {}).told("The lamp is lit.")
    assert found == "La lampada è lit."


def test_braces_in_a_sentence_are_no_gaps():
    words = {"Write {{name}} for {0}.": "Scriva {{name}} per {0}."}
    assert Catalogue({}, {}, words, {}).told("Write {name} for {1}.") == "Scriva {name} per {1}."


def test_what_is_not_known_stays_english():
    assert ITALIAN.told("Colourless green ideas sleep.") == "Colourless green ideas sleep."
    assert ITALIAN.told("") == ""


def test_whatever_a_file_name_holds_a_sentence_comes_back():
    chance = random.Random(5)
    alphabet = "a .,:;!?()[]{}“”\"'%\\\n0è" + "".join(map(chr, range(0x20)))
    for _ in range(200):
        name = "".join(chance.choices(alphabet, k=chance.randrange(1, 60)))
        assert ITALIAN.told(f"{name} is empty (0 bytes).")
        assert name in ITALIAN.told(f"{name} refused the connection.")


def test_numbers_are_written_as_italian_does_and_other_values_as_they_are():
    said = "A file of 1,234.5 MB"
    messages = {"A file of {0} MB": "Un file di {0} MB", "Asks {0}": "Chiede a {0}"}
    italian = Catalogue({}, {}, messages, {})
    assert italian.told(said) == "Un file di 1.234,5 MB"
    assert italian.told("Asks 10.0.0.1") == "Chiede a 10.0.0.1"
