# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rules of lots a second time, slowly: each point is a token of its own, moved one by one.

Written from the rules and not from the code, so that the two can be compared.
"""

from collections import Counter, defaultdict
from datetime import date


class UnitLedger:
    def __init__(self, entries):
        self.by_id = {entry.id: entry for entry in entries}
        self.tokens = []  # {lot, expiry, rank, holder, since}
        self.owed = []  # {group, date, since}
        self.early = defaultdict(list)  # group: ids of entries that gave back too early
        self.seen_groups = []
        self.now = 0
        for entry in sorted(entries, key=lambda e: (e.date, not self.is_lot(e), e.id)):
            for _ in range(abs(entry.points)):
                self.now += 1
                self.move_one(entry)
        for entry_id in sorted(
            (entry_id for ids in self.early.values() for entry_id in ids),
            key=lambda entry_id: (self.by_id[entry_id].date, entry_id),
        ):
            self.bring(self.by_id[entry_id], expiry=None)

    @staticmethod
    def is_lot(entry):
        return entry.points > 0 and entry.kind in ("purchase", "grant", "adjustment")

    def move_one(self, entry):
        if self.is_lot(entry):
            self.bring(entry, entry.expiry_date)
            return
        group = self.group_of(entry)
        if group not in self.seen_groups:
            self.seen_groups.append(group)
        if entry.points < 0:
            self.take(group, entry.date)
        else:
            self.give(group, entry)

    def group_of(self, entry):
        if entry.kind in ("expiry", "refund"):
            return (entry.kind, entry.lot_id)
        if entry.group_key:
            return entry.group_key
        corrected = self.by_id.get(entry.corrects_id)
        if entry.kind in ("correction", "adjustment"):
            if entry.lot_id:
                return (entry.kind, entry.lot_id)
            if corrected and self.is_lot(corrected):
                return (entry.kind, corrected.id)
        if entry.kind == "correction" and corrected and corrected.id < entry.id:
            return self.group_of(corrected)
        return f"entry:{entry.id}"

    def bring(self, entry, expiry):
        expiry = expiry or date.max
        token = {"lot": entry.id, "expiry": expiry, "rank": (expiry, entry.date, entry.id)}
        self.tokens.append(token)
        self.free(token)

    def hold(self, token, group):
        self.now += 1
        token.update(holder=group, since=self.now)

    def take(self, group, day):
        if self.early[group]:
            self.early[group].pop()
            return
        free = [token for token in self.tokens if token["holder"] is None]
        claimed = [token for token in free if self.claims(group, token["lot"])]
        usable = [token for token in free if token["expiry"] >= day]
        if claimed or usable:
            self.hold(min(claimed or usable, key=lambda token: token["rank"]), group)
        else:
            self.owed.append({"group": group, "date": day})

    def give(self, group, entry):
        if owed := self.owed_by(group):
            self.drop(owed[-1])
        elif held := [token for token in self.tokens if token["holder"] == group]:
            self.free(max(held, key=lambda token: token["since"]))
        else:
            self.early[group].append(entry.id)

    def free(self, token):
        """Nobody holds the token any more: see who wants it first, one after the other."""
        token["holder"] = None
        groups = [group for group in self.seen_groups if self.claims(group, token["lot"])]
        for group in sorted(groups, key=lambda group: group[0] == "expiry"):
            if owed := self.owed_by(group):
                self.drop(owed[-1])
                self.hold(token, group)
                return
            elsewhere = [
                other
                for other in self.tokens
                if other["holder"] == group and other["lot"] != token["lot"]
            ]
            if elsewhere:
                other = max(elsewhere, key=lambda other: other["since"])
                self.hold(token, group)
                self.free(other)
                return
        for owed in self.owed:
            if owed["date"] <= token["expiry"]:
                self.drop(owed)
                self.hold(token, owed["group"])
                return

    def drop(self, owed):
        # By identity: two units of one group and day are equal.
        self.owed = [other for other in self.owed if other is not owed]

    def owed_by(self, group):
        return [owed for owed in self.owed if owed["group"] == group]

    @staticmethod
    def claims(group, lot_id):
        return isinstance(group, tuple) and group[1] == lot_id

    def draws(self):
        """{group: {lot id or None: points}}"""
        draws = defaultdict(Counter)
        for token in self.tokens:
            if token["holder"] is not None:
                draws[token["holder"]][token["lot"]] += 1
        for owed in self.owed:
            draws[owed["group"]][None] += 1
        return {group: dict(drawn) for group, drawn in draws.items()}

    def remaining(self):
        """{lot id: points}"""
        remaining = Counter()
        for token in self.tokens:
            remaining[token["lot"]] += token["holder"] is None
        return dict(remaining)
