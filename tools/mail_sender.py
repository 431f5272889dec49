# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether the firm's own mail server vouches for the sender of a mail (design 4.7).

Anybody can write any ``From:``. A receiving mail server that checks DMARC or DKIM notes its verdict
in a header ``Authentication-Results`` (RFC 8601), which starts with the name of that server.
"""

import re

ANY_SERVER = "*"
_MAX_LENGTH = 8192


def is_vouched(domain, results, servers):
    """Tell whether one of the `servers` found that a mail really comes from `domain`.

    `results` are the mail's Authentication-Results, topmost first: the topmost verdict counts,
    because a header further down may have come with the mail. A DMARC verdict decides; where the
    domain has no DMARC policy, a valid DKIM signature of it or of its parent does. SPF alone does
    not, since all customers of a mail provider may send from each other's addresses.

    >>> is_vouched("beta.example", ["mx; dmarc=pass header.from=beta.example"], ["mx"])
    True
    >>> is_vouched("beta.example", ["mx; dmarc=pass header.from=evil.example"], ["mx"])
    False

    The server ``*`` stands for the topmost header, whoever wrote it: for providers that give no
    name.
    """
    domain = domain.lower()
    topmost = 1 if ANY_SERVER in servers else len(results)
    verdicts = [_verdicts(header, servers) for header in results[:topmost]]
    dmarc = next((found for found in verdicts if "dmarc" in found), {}).get("dmarc", [])
    if dmarc and dmarc[0]["result"] != "none":
        return dmarc[0]["result"] == "pass" and dmarc[0].get("header.from") == domain
    dkim = next((found for found in verdicts if "dkim" in found), {}).get("dkim", [])
    return any(found["result"] == "pass" and _signs_for(found, domain) for found in dkim)


def _signs_for(verdict, domain):
    signer = verdict.get("header.d") or verdict.get("header.i", "").rpartition("@")[2]
    return "." in signer and f".{domain}".endswith(f".{signer}")


def _verdicts(header, servers):
    """Return {method: [properties with the result]} of a header that one of the servers wrote."""
    text = _plain(header)
    if text is None:
        return {}
    first, *parts = text.lower().split(";")
    if ANY_SERVER in servers:
        parts = [first, *parts]
    elif first.split()[:1] not in [[server.lower()] for server in servers]:
        return {}
    found = {}
    for part in parts:
        pairs = [word.partition("=") for word in re.sub(r"\s*=\s*", "=", part).split()]
        if pairs and pairs[0][1]:
            method = pairs[0][0].partition("/")[0]
            values = {name: value for name, _equals, value in pairs[1:]}
            found.setdefault(method, []).append({**values, "result": pairs[0][2]})
    return found


def _plain(header):
    """Return a header without its comments and quoted texts, in which a sender may hide anything.

    None if it is not well formed: what cannot be read proves nothing.
    """
    kept, depth, quoted, escaped = [], 0, False, False
    for char in header[:_MAX_LENGTH]:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif quoted:
            quoted = char != '"'
        elif char == '"' and not depth:
            quoted = True
            kept.append('"')
        elif char == "(":
            depth += 1
            kept.append(" ")
        elif char == ")":
            depth -= 1
            if depth < 0:
                return None
        elif not depth:
            kept.append(char)
    return None if depth or quoted or escaped else "".join(kept)
