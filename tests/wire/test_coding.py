"""Bodies that are packed in a way that cannot be undone are refused by name."""

from __future__ import annotations

import pytest

from dsk.errors import BrokenFault
from dsk.wire.coding import check_coding


@pytest.mark.parametrize("coding", ["", "gzip", "GZIP", "deflate", "gzip, gzip", "identity", "none"])
def test_what_can_be_undone_is_taken(coding: str) -> None:
    check_coding({"Content-Encoding": coding})


@pytest.mark.parametrize("coding", ["foo", "gzip, foo"])
def test_an_unknown_content_coding_is_named(coding: str) -> None:
    with pytest.raises(BrokenFault, match="the coding foo"):
        check_coding({"Content-Encoding": coding})


@pytest.mark.parametrize("coding", ["", "chunked", "Chunked", "identity"])
def test_chunked_alone_is_taken(coding: str) -> None:
    check_coding({"Transfer-Encoding": coding})


@pytest.mark.parametrize("coding", ["gzip, chunked", "chunked, chunked", "foo"])
def test_any_other_transfer_coding_is_named(coding: str) -> None:
    with pytest.raises(BrokenFault, match=f"the coding {coding}"):
        check_coding({"Transfer-Encoding": coding})
