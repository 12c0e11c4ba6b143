"""Names are one name however they are typed, and what is no name is refused with its reason."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from federation.topology.names import (
    LONGEST_NAME,
    Address,
    Code,
    NameRefused,
    address,
    address_or_domain,
    domain,
    shown_domain,
    stanza_address,
)

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda label: label[2:4] != "--"
)
TOP = st.text(string.ascii_lowercase, min_size=2, max_size=10)
DOMAIN = st.builds(lambda labels, top: ".".join([*labels, top]), st.lists(LABEL, min_size=1, max_size=4), TOP)
LOCAL = st.text(string.ascii_lowercase + string.digits + "._+-=!#$%*?^`{|}~", min_size=1, max_size=20)


@pytest.mark.parametrize(
    "typed,stored,shown",
    [
        ("fabrikam.com", "fabrikam.com", "fabrikam.com"),
        ("  Fabrikam.COM\t", "fabrikam.com", "fabrikam.com"),
        ("Bücher.example", "xn--bcher-kva.example", "bücher.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example", "bücher.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example", "bücher.example"),
        ("ｆabrikam。com", "fabrikam.com", "fabrikam.com"),
        ("xn--strae-oqa.de", "xn--strae-oqa.de", "xn--strae-oqa.de"),  # servers read straße.de as another
        ("XN--4DB.example", "xn--4db.example", "xn--4db.example"),  # and cannot read it in its own letters
        ("א.ישראל", "xn--4db.xn--4dbrk0ce", "א.ישראל"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai", "пример.рф"),
        ("παράδειγμα.gr", "xn--hxajbheg2az3al.gr", "παράδειγμα.gr"),
        ("例え.jp", "xn--r8jz45g.jp", "例え.jp"),
        ("xmpp-1.corp.fabrikam.com", "xmpp-1.corp.fabrikam.com", "xmpp-1.corp.fabrikam.com"),
        ("3com.com", "3com.com", "3com.com"),
        ("a.b.c.d.e.example", "a.b.c.d.e.example", "a.b.c.d.e.example"),
        ("soft\u00adhyphen.com", "softhyphen.com", "softhyphen.com"),
    ],
)
def test_a_domain_has_one_stored_and_one_shown_form(typed: str, stored: str, shown: str) -> None:
    assert domain(typed) == stored
    assert shown_domain(stored) == shown
    assert domain(shown) == stored


@pytest.mark.parametrize(
    "typed,code,params",
    [
        ("", Code.EMPTY, {}),
        ("   ", Code.EMPTY, {}),
        ("fabri kam.com", Code.SPACE, {}),
        ("fabri\u00a0kam.com", Code.SPACE, {}),
        ("fabrikam\n.com", Code.CONTROL, {"codepoint": "U+000A"}),
        ("fabri\x00kam.com", Code.CONTROL, {"codepoint": "U+0000"}),
        ("fabri\ud800kam.com", Code.CONTROL, {"codepoint": "U+D800"}),
        ("http://fabrikam.com", Code.SCHEME, {"scheme": "http"}),
        ("HTTPS://fabrikam.com/", Code.SCHEME, {"scheme": "HTTPS"}),
        ("sip:fabrikam.com", Code.SCHEME, {"scheme": "sip"}),
        ("xmpp:fabrikam.com", Code.SCHEME, {"scheme": "xmpp"}),
        ("fabrikam.com:5269", Code.PORT, {"port": "5269"}),
        ("fabrikam.com/chat", Code.PATH, {}),
        ("bob@fabrikam.com", Code.ADDRESS, {}),
        ("*.fabrikam.com", Code.WILDCARD, {}),
        ("fabrikam.com.", Code.TRAILING_DOT, {}),
        ("fabrikam.com。", Code.TRAILING_DOT, {}),
        ("fabrikam..com", Code.EMPTY_LABEL, {}),
        (".fabrikam.com", Code.EMPTY_LABEL, {}),
        ("fabrikam", Code.SINGLE_LABEL, {"label": "fabrikam"}),
        ("192.0.2.7", Code.IP_ADDRESS, {}),
        ("１９２.0.2.7", Code.IP_ADDRESS, {}),
        ("127.1", Code.IP_ADDRESS, {}),
        ("2001:db8::7", Code.IP_ADDRESS, {}),
        ("[2001:db8::7]:5269", Code.IP_ADDRESS, {}),
        ("a" * 64 + ".com", Code.LABEL_TOO_LONG, {"label": "a" * 64, "limit": 63}),
        ("ü" * 60 + ".com", Code.LABEL_TOO_LONG, {"label": "ü" * 60, "limit": 63}),
        ("-fabrikam.com", Code.HYPHEN, {"label": "-fabrikam"}),
        ("fabrikam-.com", Code.HYPHEN, {"label": "fabrikam-"}),
        ("fa--brikam.com", Code.HYPHEN, {"label": "fa--brikam"}),
        ("_xmpp.fabrikam.com", Code.CHARACTER, {"character": "_", "codepoint": "U+005F"}),
        ("☃.example", Code.CHARACTER, {"character": "☃", "codepoint": "U+2603"}),
        ("fabrikam\u202e.com", Code.CHARACTER, {"character": "\u202e", "codepoint": "U+202E"}),
        ("xn--zzzzzzzzzz99999.com", Code.LABEL, {"label": "xn--zzzzzzzzzz99999"}),
        ("xn--fabrikam-.com", Code.LABEL, {"label": "xn--fabrikam-"}),
        ("fаbrikam.com", Code.MIXED_SCRIPTS, {"label": "fаbrikam", "scripts": "Cyrillic, Latin"}),
        ("fabrikαm.com", Code.MIXED_SCRIPTS, {"label": "fabrikαm", "scripts": "Greek, Latin"}),
        (
            "Straße.de",
            Code.READ_AS_DOMAIN,
            {"typed": "Straße.de", "instead": "strasse.de", "stored": "xn--strae-oqa.de"},
        ),
        (
            "οδός.gr",
            Code.READ_AS_DOMAIN,
            {"typed": "οδός.gr", "instead": "οδόσ.gr", "stored": "xn--pxavk3b.gr"},
        ),
        ("א.example", Code.SPELLING, {"typed": "א.example", "instead": "xn--4db.example"}),
        ("Ⴀ.ge", Code.SPELLING, {"typed": "Ⴀ.ge", "instead": "ⴀ.ge"}),
        ("xn--fbrikam-2fg.com", Code.MIXED_SCRIPTS, {"label": "fаbrikam", "scripts": "Cyrillic, Latin"}),
    ],
)
def test_what_is_no_domain_is_refused_with_its_reason(
    typed: str, code: Code, params: dict[str, object]
) -> None:
    with pytest.raises(NameRefused) as refused:
        domain(typed)
    assert (refused.value.code, refused.value.params) == (code, params)


def test_labels_of_63_and_names_of_253_are_the_longest() -> None:
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
    assert len(longest) == LONGEST_NAME == 253
    assert domain(longest) == longest
    for one_more in (longest + "d", "x." + longest, "a" * 100_000):
        with pytest.raises(NameRefused) as refused:
            domain(one_more)
        assert refused.value.code is Code.TOO_LONG


def test_scripts_may_differ_from_label_to_label() -> None:
    assert domain("почта.fabrikam.com") == "xn--80a1acny.fabrikam.com"


@given(DOMAIN)
def test_a_plain_domain_is_stored_as_it_is_and_without_regard_to_case(name: str) -> None:
    assert domain(name) == domain(name.upper()) == domain(f" {name.title()} ") == shown_domain(name) == name


@given(st.text(max_size=30) | st.text("aаαü.-xn1\u200d\u00df\u3002\u0660ا", max_size=30))
@example("xn--a")
@example("ß.ẞ")
def test_any_text_is_refused_or_has_a_form_that_stays(text: str) -> None:
    try:
        stored = domain(text)
    except NameRefused:
        return
    assert set(stored) <= set(string.ascii_lowercase + string.digits + "-.")
    assert all(0 < len(label) <= 63 for label in stored.split("."))
    assert domain(stored) == domain(shown_domain(stored)) == stored


@pytest.mark.parametrize(
    "typed,stored",
    [
        ("alice@contoso.com", "alice@contoso.com"),
        ("sip:Alice@Contoso.com", "alice@contoso.com"),
        (" SIP:alice@contoso.com ", "alice@contoso.com"),
        ("Élodie.Dupré@contoso.com", "élodie.dupré@contoso.com"),
        ("E\u0301lodie@contoso.com", "élodie@contoso.com"),
        ("ａｌｉｃｅ@contoso.com", "alice@contoso.com"),
        ("first.last+tag@bücher.example", "first.last+tag@xn--bcher-kva.example"),
    ],
)
def test_an_address_has_one_stored_form(typed: str, stored: str) -> None:
    found = address(typed)
    assert str(found) == stored
    assert address(found.shown) == found


@pytest.mark.parametrize(
    "typed,code",
    [
        ("", Code.EMPTY),
        ("sip:", Code.EMPTY),
        ("contoso.com", Code.NO_LOCAL),
        ("@contoso.com", Code.NO_LOCAL),
        ("alice@", Code.EMPTY),
        ("alice@contoso.com/phone", Code.RESOURCE),
        ("alice@contoso.com:5061", Code.PORT),
        ("alice@bob@contoso.com", Code.ADDRESS),
        ("alice smith@contoso.com", Code.SPACE),
        ("alice@ contoso.com", Code.SPACE),
        ("alice\x07@contoso.com", Code.CONTROL),
        ("o'brien@contoso.com", Code.LOCAL_CHARACTER),
        ("a&b@contoso.com", Code.LOCAL_CHARACTER),
        ("a＠b@contoso.com", Code.LOCAL_CHARACTER),
        ("ﬁona@contoso.com", Code.LOCAL_CHARACTER),
        ("אa@contoso.com", Code.LOCAL),
        ("mailto:alice@contoso.com", Code.SCHEME),
        ("http://alice@contoso.com", Code.SCHEME),
        ("a" * 1024 + "@contoso.com", Code.LOCAL_TOO_LONG),
        ("alice@contoso", Code.SINGLE_LABEL),
        ("alice@192.0.2.7", Code.IP_ADDRESS),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(typed: str, code: Code) -> None:
    with pytest.raises(NameRefused) as refused:
        address(typed)
    assert refused.value.code is code


@pytest.mark.parametrize(
    "typed,code,instead",
    [
        ("straße", Code.READ_AS, "strasse"),
        ("STRAẞE", Code.READ_AS, "strasse"),
        ("σίσυφος", Code.READ_AS, "σίσυφοσ"),
        ("ΣΊΣΥΦΟΣ", Code.READ_AS, "σίσυφοσ"),
        ("ᾳδης", Code.READ_AS, "αιδησ"),
        ("a\u0345", Code.READ_AS, "aι"),
        ("Ⴀ", Code.SPELLING, "ⴀ"),
        ("a\u1dc4\u0323", Code.SPELLING, "ạ\u1dc4"),
        ("א1", Code.UNREADABLE, None),
    ],
)
def test_a_local_part_that_servers_read_as_another_is_refused_with_the_form_to_write(
    typed: str, code: Code, instead: str | None
) -> None:
    with pytest.raises(NameRefused) as refused:
        address(f"{typed}@contoso.com")
    assert (refused.value.code, refused.value.params.get("instead")) == (code, instead)
    if instead:
        assert address(f"{instead}@contoso.com").local == instead


@given(LOCAL, DOMAIN)
def test_a_plain_address_is_compared_without_regard_to_case(local: str, name: str) -> None:
    assert address(f"{local}@{name}") == address(f"sip:{local.upper()}@{name.upper()}") == (local, name)


@given(st.text(min_size=1, max_size=12), DOMAIN)
def test_any_local_part_is_refused_or_has_a_form_that_stays(local: str, name: str) -> None:
    try:
        stored = address(f"{local}@{name}")
    except NameRefused:
        return
    assert address(str(stored)) == stored
    assert not set(str(stored.local)) & set("\"&'/:<>@ ")


def test_a_server_is_an_address_where_one_is_asked_for() -> None:
    assert address_or_domain("Fabrikam.com") == Address("", "fabrikam.com")
    assert str(address_or_domain("bob@fabrikam.com")) == "bob@fabrikam.com"
    assert str(Address("", "fabrikam.com")) == "fabrikam.com"


@pytest.mark.parametrize(
    "came,bare,resource",
    [
        ("Bob@Fabrikam.com/Phone", "bob@fabrikam.com", "Phone"),
        ("bob@fabrikam.com", "bob@fabrikam.com", ""),
        ("bob@fabrikam.com/a/b@c", "bob@fabrikam.com", "a/b@c"),
        ("fabrikam.com", "fabrikam.com", ""),
        ("fabrikam.com/Échange", "fabrikam.com", "Échange"),
        ("bob@fabrikam.com./x", "bob@fabrikam.com", "x"),
    ],
)
def test_an_address_of_a_stanza_comes_apart(came: str, bare: str, resource: str) -> None:
    found, rest = stanza_address(came)
    assert (str(found), rest) == (bare, resource)


@given(st.text(max_size=30))
def test_any_address_of_a_stanza_is_refused_or_read(text: str) -> None:
    try:
        found, _resource = stanza_address(text)
    except NameRefused:
        return
    assert stanza_address(str(found)) == (found, "")
