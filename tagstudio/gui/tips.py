"""Tooltips, which Qt would take for markup where they look like it."""


def plain_tip(text: str) -> str:
    """Return plain text such that a tooltip shows it as it is: data may look like markup."""
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", "<br>")):
        text = text.replace(sign, name)
    return f"<p style='white-space:pre'>{text}</p>"
