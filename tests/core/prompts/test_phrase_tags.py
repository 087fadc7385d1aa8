import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.prompts import tag_of, vocabulary, wording_to_send
from core.prompts.synonyms import synonyms
from core.prompts.typos import edits
from core.prompts.words import SIDES, words_of

NAMES = sorted({*vocabulary().trained, *(w for ws in synonyms().of_target.values() for w in ws)})


def group(title):
    return next(group for group in vocabulary().groups if group.title == title)


@pytest.mark.parametrize("phrase", ["liver", "Liver", "COVID-19 infection", "inflammatory cells."])
def test_a_trained_phrase_is_sent_as_it_was_typed(phrase):
    tag = tag_of(phrase)
    assert (tag.kind, tag.sent) == ("trained", phrase)
    assert tag.reason


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("fegato", "liver"),
        ("FEGATO", "liver"),
        ("rene sinistro", "left kidney"),
        ("rene dx", "right kidney"),
        ("L kidney", "left kidney"),
        ("kidney, left", "left kidney"),
        ("kidneys", "kidney"),
        ("tumours", "tumor"),
        ("oedema", "edema"),
        ("oesophagus", "esophagus"),
        ("optic disk", "optic disc"),
        ("foetal head", "fetal head"),
        ("IVC", "postcava"),
        ("inferior vena cava", "postcava"),
        ("vena cava inferiore", "postcava"),
        ("pubic symphysis", "public symphysis"),
        ("covid 19 infection", "COVID-19 infection"),
        ("opacità polmonare", "lung opacity"),
        ("opacita polmonare", "lung opacity"),
        ("non enhancing tumor", "non-enhancing tumor"),
        ("the head of the fetus", "fetal head"),
        ("vasi retinici", "retinal vessel"),
        ("liver vessel", "hepatic vessel"),
        ("skin lesion", "lesion"),
        ("pulmonary nodule", "lung nodule"),
        ("fegato in TC addome", "liver in abdomen CT"),
        ("liver in abdominal CT scan", "liver in abdomen CT"),
        ("tumore nel fegato", "tumor in liver"),
    ],
)
def test_another_name_is_near_and_sent_in_the_trained_wording(typed, sent):
    tag = tag_of(typed)
    assert (tag.kind, tag.sent) == ("near", sent)
    assert sent in tag.reason
    assert tag_of(sent).kind == "trained"


@pytest.mark.parametrize(
    "phrase",
    [
        "liver in abdomen CT",
        "neoplastic cells in breast pathology",
        "left lung in chest X-Ray",
        "edema in brain MRI-FLAIR",
        "liver in MRI",
        "Liver in CT",
    ],
)
def test_the_sentence_of_the_training_prompts_is_trained(phrase):
    tag = tag_of(phrase)
    assert (tag.kind, tag.here) == ("trained", None)


def test_every_sentence_that_the_training_can_have_made_is_trained():
    for one in vocabulary().groups:
        for target in one.targets:
            place = {"site": one.site, "modality": one.modality}
            sentence = vocabulary().template.format(target=target, **place)
            tag = tag_of(" ".join(sentence.split()), one)
            assert (tag.kind, tag.trained, tag.here) == ("trained", target, True), sentence


@pytest.mark.parametrize(
    "phrase",
    [
        "unicorn",
        "brain",
        "left lung tumor",
        "liver in a jar",
        "tumor in left kidney",
        "kidney in left",
        "renal vessel",
        "liver, tumor",
        "tumor +",
        "tumor -> liver",
        "肝 liver",
        "肝",
        "?",
        "right hippocampus",
        "liver cirrhosis",
    ],
)
def test_a_word_more_or_another_word_is_not_seen_through(phrase):
    tag = tag_of(phrase)
    assert (tag.kind, tag.trained, tag.sent) == ("unseen", "", phrase)


@pytest.mark.parametrize(
    "phrase",
    [
        "no tumor",
        "not liver",
        "non tumor",
        "without edema",
        "tumor without edema",
        "nessun tumore",
        "senza tumore",
        "no tumor in brain MRI",
        "no livr",
        "absence of tumor",
        "everything except liver",
        "tumor negative",
    ],
)
def test_a_phrase_turned_round_is_unseen_and_nothing_is_offered_for_it(phrase):
    tag = tag_of(phrase)
    assert (tag.kind, tag.guesses) == ("unseen", ())


def test_the_reason_says_that_no_is_not_understood():
    assert "does not understand “no”" in tag_of("no tumor").reason


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("livr", "liver"),
        ("spelen", "spleen"),
        ("pankreas", "pancreas"),
        ("left kidny", "left kidney"),
        ("rigth kidney", "right kidney"),
        ("gallblader", "gallbladder"),
        ("myocardum", "myocardium"),
        ("fegatto", "liver"),
        ("liver and tumor", "liver & tumor"),
        ("fegato e milza", "liver & spleen"),
        ("liver, spleen", "liver & spleen"),
    ],
)
def test_a_typing_error_is_offered_and_never_put_in_place(typed, meant):
    tag = tag_of(typed)
    assert (tag.kind, tag.sent) == ("unseen", typed)
    assert meant in tag.guesses


@pytest.mark.parametrize(
    "phrase", ["humor", "renal vessel", "ureter", "bone", "river", "femur", "enhanced", "cyst"]
)
def test_a_real_word_that_looks_like_a_trained_one_is_left_alone(phrase):
    assert tag_of(phrase).guesses == ()


def test_the_kind_of_image_tells_trained_here_from_trained_elsewhere():
    assert tag_of("liver", group("CT abdomen")).here is True
    assert tag_of("lung", group("CT lung")).here is True, "published, though not in the group"
    elsewhere = tag_of("liver", group("X-Ray chest"))
    assert (elsewhere.kind, elsewhere.here) == ("trained", False)
    assert "CT abdomen" in elsewhere.reason
    assert tag_of("liver").here is None
    assert tag_of("liver", [group("X-Ray chest"), group("CT liver")]).here is True


def test_a_sentence_that_names_a_wrong_kind_of_image_says_where_it_was_trained():
    tag = tag_of("liver in chest X-Ray")
    assert (tag.kind, tag.here) == ("trained", False)
    assert "CT abdomen" in tag.reason


def test_a_phrase_of_the_category_table_alone_does_not_count_as_trained():
    tag = tag_of("nuclei")
    assert tag.kind == "unseen"
    assert "category" in tag.reason


def test_two_names_of_one_thing_are_sent_once_in_the_place_of_the_first():
    assert wording_to_send(["fegato", "unicorn", "Liver"]) == ("liver", "unicorn")


def sides(text):
    return {word for word in words_of(text) if word in ("left", "right")}


# Without abbreviations whose side is inside the word, such as LV.
OPEN = [name for name in NAMES if sides(name) == sides(tag_of(name).sent)]
words = st.sampled_from([*OPEN, *SIDES, "no", "non", "senza", "in", "CT", "abdomen", "of", "x"])
phrases = st.one_of(st.lists(words, min_size=1, max_size=4).map(" ".join), st.text(max_size=40))


@given(phrases)
def test_a_side_is_never_lost_turned_or_added(typed):
    tag = tag_of(typed)
    if tag.kind != "unseen":
        assert sides(tag.sent) == sides(typed)


@given(phrases)
def test_what_is_sent_is_sent_unchanged_when_it_is_typed(typed):
    sent = tag_of(typed).sent
    assert tag_of(sent).sent == sent


@given(st.sampled_from(NAMES), st.sampled_from(["no ", "not ", "without ", "senza ", "nessun "]))
def test_no_in_front_of_anything_makes_it_unseen(name, negation):
    assert tag_of(negation + name).kind == "unseen"


@given(st.sampled_from(NAMES), st.data())
def test_one_wrong_letter_never_turns_a_side(name, data):
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = name[:at] + letter + name[at + 1 :]
    offered = [guess for guess in tag_of(typed).guesses if sides(guess) and sides(typed)]
    assert all(sides(guess) == sides(typed) for guess in offered)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_distance_of_two_words_is_one_in_both_directions(one, other):
    assert edits(one, other) == edits(other, one)
    assert (edits(one, other) == 0) == (one == other)


def test_only_abbreviations_have_their_side_inside_the_word():
    assert sorted(set(NAMES) - set(OPEN)) == [
        "LK",
        "LLL",
        "LUL",
        "LV",
        "RK",
        "RLL",
        "RML",
        "RUL",
        "RV",
    ]
    assert tag_of("RV").sent == "right heart ventricle"


def test_two_swapped_letters_are_one_mistake():
    assert edits("spelen", "spleen") == 1
    assert edits("liver", "river") == 1
    assert edits("left", "right") == 4
