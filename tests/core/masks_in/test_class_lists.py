"""Class lists in the forms that tools write."""

import pytest

from core.errors import InputError
from core.masks_in import ClassEntry, read_classes

LIVER, TUMOR = ClassEntry("liver", (1,)), ClassEntry("tumor", (2,))
RED, GREEN = ClassEntry("liver", (), (255, 0, 0)), ClassEntry("tumor", (), (0, 255, 0))


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ('{"1": "liver", "2": "tumor"}', [LIVER, TUMOR]),
        ('{"liver": 1, "tumor": 2}', [LIVER, TUMOR]),
        ('{"labels": {"liver": 1, "tumor": 2}, "channel_names": {"0": "CT"}}', [LIVER, TUMOR]),
        ('{"labels": {"1": "liver", "2": "tumor"}}', [LIVER, TUMOR]),
        (
            '{"categories": [{"id": 1, "name": "liver"}, {"id": 2, "name": "tumor"}]}',
            [LIVER, TUMOR],
        ),
        ('[{"value": 1, "name": "liver"}, {"value": 2, "name": "tumor"}]', [LIVER, TUMOR]),
        (
            '[{"name": "liver", "color": [255, 0, 0]}, {"name": "tumor", "color": "#00ff00"}]',
            [RED, GREEN],
        ),
        ('{"labels": {"whole": [1, 2]}}', [ClassEntry("whole", (1, 2))]),
        ("1,liver\n2,tumor\n", [LIVER, TUMOR]),
        ("value;name\r\n1;liver\r\n2;tumor\r\n", [LIVER, TUMOR]),
        ("\ufeff1\tliver\n2\ttumor", [LIVER, TUMOR]),
        ("r,g,b,name\n255,0,0,liver\n0,255,0,tumor\n", [RED, GREEN]),
        ("1,liver,255,0,0\n", [ClassEntry("liver", (1,), (255, 0, 0))]),
        ("1,255,0,0,liver\n", [ClassEntry("liver", (1,), (255, 0, 0))]),
        ('1,"liver, left"\n', [ClassEntry("liver, left", (1,))]),
        ("1,liver\n3, Liver \n", [ClassEntry("liver", (1, 3))]),
    ],
)
def test_every_usual_form_is_read(text, entries):
    assert list(read_classes(text.encode(), "classes").entries) == entries


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"[[[1]]]",
        b"{",
        b"just words",
        b"\xff\xfe\x00",
        b'{"1": "  "}',
        b'{"labels": 3}',
        b"300,0,0,liver\n",
        b"99999999999999999,liver\n",
        b'{"a": -1}',
        b'{"a": true}' * 2,
        b"1,x" + b"y" * 400,
        b"1,x\n" * 1_000_000,
        b"[" * 5000 + b"]" * 5000,
        b"\n".join(b"%d,class %d" % (n, n) for n in range(5000)),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(data):
    with pytest.raises(InputError) as refused:
        read_classes(data, "classes.csv")
    assert refused.value.what.startswith("classes.csv")
    assert refused.value.next_step
