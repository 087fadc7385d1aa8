import json

from core.prompts import category_fits, category_of, vocabulary


def test_every_trained_target_has_one_of_the_sixteen_categories():
    words = vocabulary()
    assert len(words.categories) == 16
    for group in words.groups:
        for target in group.targets:
            assert category_of(target) in words.categories


def test_the_vocabulary_is_the_published_one(shared):
    facts = json.loads((shared / "facts" / "prompts.json").read_text())
    words = vocabulary()
    assert list(words.categories) == facts["classes16"]
    published = {(g["modality"], g["site"] or ""): tuple(g["targets"]) for g in facts["vocabulary"]}
    assert {(g.modality, g.site): g.targets for g in words.groups} == published
    for target, category in facts["target_to_class16"].items():
        assert category_of(target) == category


def test_capitals_and_the_trained_sentence_form_do_not_matter():
    assert category_of("LIVER") == "liver"
    assert category_of("liver in abdomen CT") == "liver"
    assert category_of("unicorn") is None


def test_a_category_that_contradicts_the_phrase_does_not_fit():
    assert category_fits("liver", "liver")
    assert not category_fits("liver", "kidney")
    assert category_fits("unicorn", "kidney"), "nothing is known about an untrained phrase"
    assert category_fits("liver", None)
