"""Every link from one document to a file of the project leads somewhere."""

import re

from tests.contracts.source import ROOT, texts

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_documents_when_they_link_to_files_then_the_files_exist() -> None:
    documents = {path: text for path, text in texts() if path.endswith(".md")}
    broken = [
        f"{path}: {target}"
        for path, text in documents.items()
        for target in LINK.findall(text)
        if not ((ROOT / path).parent / target).exists()
    ]
    assert documents != {}
    assert broken == [], "\n".join(broken)
