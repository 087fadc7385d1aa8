import json

from core.imaging.windows import MODEL_WINDOWS
from core.prompts import category_fits, category_of, kinds_of, parse_phrases, tag_of, vocabulary
from core.prompts.parse import SEPARATOR
from core.prompts.synonyms import synonyms
from core.prompts.vocabulary import base_modality
from core.prompts.words import key_of


def published(shared):
    return json.loads((shared / "facts" / "prompts.json").read_text())


def test_every_trained_target_has_one_of_the_sixteen_categories():
    words = vocabulary()
    assert len(words.categories) == 16
    assert len(words.groups) == 35
    for group in words.groups:
        assert set(group.recommended) <= set(group.targets)
        for target in group.targets:
            assert category_of(target) in words.categories


def test_every_other_phrase_with_published_training_has_a_category_too():
    words = vocabulary()
    assert [name for name in words.trained if category_of(name) not in words.categories] == []


def test_the_vocabulary_is_the_published_one(shared):
    facts, words = published(shared), vocabulary()
    assert list(words.categories) == facts["classes16"]
    assert words.template == facts["training_prompt_template"]
    assert facts["prompt_separator"] == SEPARATOR
    assert list(words.examples) == facts["sample_prompts_in_microsoft_material"]
    listed = [
        {
            "modality": group.modality,
            "site": group.site or None,
            "targets": list(group.targets),
            "recommended_by_model_card": list(group.recommended),
        }
        for group in words.groups
    ]
    assert listed == facts["vocabulary"]
    for target, category in facts["target_to_class16"].items():
        assert words.category_by_target[target.casefold()] == category
        assert category_of(target) == category
    assert len(words.category_by_target) == len(facts["target_to_class16"]) == 102


def test_nothing_of_the_published_training_is_lost(shared):
    facts, words = published(shared), vocabulary()
    for name, entry in facts["hierarchy_targets"].items():
        kept = words.targets[name.casefold()]
        assert kept.name == name
        assert (kept.category, kept.kind) == (entry["class"], entry["group"])
        assert list(kept.sites) == entry["sites"]
        assert list(kept.modalities) == entry["modalities"]
    for name, masks in facts["target_counts"].items():
        assert words.masks_of(name) == masks
    assert set(words.targets) == {
        name.casefold() for name in (*facts["hierarchy_targets"], *facts["target_counts"])
    }
    assert words.masks_by_kind == facts["modality_site_counts"]
    kept = {kind: list(targets) for kind, targets in words.with_statistics.items()}
    assert kept == facts["biomed_objects_raw"]
    windows = {w.name.split(" (")[0]: w for w in MODEL_WINDOWS}
    for name, (low, high) in facts["ct_windows_hu_min_max"].items():
        assert (windows[name].center, windows[name].width) == ((low + high) / 2, high - low)


def test_phrases_with_published_statistics_are_trained_phrases():
    for targets in vocabulary().with_statistics.values():
        for target in targets:
            assert tag_of(target).kind == "trained"


def test_microsofts_own_examples_can_be_read():
    for example in vocabulary().examples:
        assert parse_phrases(example)


def test_the_number_of_masks_is_that_of_the_site():
    words = vocabulary()
    assert words.masks_of("tumor", "breast") == words.masks_of("breast tumor")
    assert words.masks_of("edema", "retinal") == words.masks_of("cystoid macular edema")
    assert words.masks_of("unicorn") is None
    for (site, short), long in words.long_names.items():
        assert long.casefold() in words.targets
        assert any(group.site == site and short in group.targets for group in words.groups)


def test_where_a_phrase_was_trained_is_known_for_each_of_them():
    for name in vocabulary().trained:
        assert kinds_of(name), name
    assert kinds_of("lung") == ("X-Ray chest", "CT chest/lung")
    assert kinds_of("brain tumor") == ("MRI-FLAIR brain",)
    assert base_modality("MRI-T1-Gd") == "MRI"


def test_no_two_trained_phrases_and_no_two_synonyms_share_their_words():
    meant = {}
    for name in vocabulary().trained:
        meant.setdefault(key_of(name), set()).add(name)
    for name, others in synonyms().of_target.items():
        assert name in vocabulary().trained
        for other in others:
            meant.setdefault(key_of(other), set()).add(name)
    assert {key: names for key, names in meant.items() if len(names) > 1} == {}


def test_synonyms_are_there_in_both_languages_for_what_is_asked_most():
    words = {"fegato", "milza", "rene destro", "vena cava inferiore", "colecisti", "surrene"}
    words |= {"IVC", "urinary bladder", "stomaco", "esofago", "prostata", "utero", "cuore"}
    words |= {"ventricolo sinistro", "miocardio", "disco ottico", "coppa ottica", "vasi retinici"}
    words |= {"polipo", "edema peritumorale", "versamento pleurico", "infezione COVID", "nodulo"}
    assert [word for word in sorted(words) if tag_of(word).kind != "near"] == []


def test_capitals_and_the_trained_sentence_form_do_not_matter():
    assert category_of("LIVER") == "liver"
    assert category_of("liver in abdomen CT") == "liver"
    assert category_of("unicorn") is None


def test_another_name_has_the_category_of_what_it_means():
    assert category_of("fegato") == "liver"
    assert category_of("milza in TC addome") == "other organ"
    assert category_of("IVC") == "vessel"
    assert category_of("tumours") == "tumor"
    assert category_of("lung nodule") == "other lesion"
    assert category_of("brain tumor") == "tumor"
    assert not category_fits("fegato", "kidney")
    assert category_fits("fegato", "Liver")


def test_a_category_that_contradicts_the_phrase_does_not_fit():
    assert category_fits("liver", "liver")
    assert not category_fits("liver", "kidney")
    assert category_fits("unicorn", "kidney"), "nothing is known about an untrained phrase"
    assert category_fits("liver", None)
    assert category_fits("no tumor", "liver"), "nothing is known about a phrase turned round"
