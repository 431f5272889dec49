# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an order sells, a second time and slowly: each of its points is a token that moves.

Written from the rules and not from the code, so that the two can be compared.
"""


class TokenOrder:
    """Tokens are open (ordered, not invoiced), charged, returned, or a surplus that is charged
    though the order does not have them any more."""

    def __init__(self):
        self.open = self.charged = self.returned = self.surplus = 0

    @property
    def ordered(self):
        return self.open + self.charged + self.returned

    def held(self, credit_on):
        """Points that the customer's account should have."""
        return self.open + self.charged if credit_on == "order" else self.charged + self.surplus

    def raise_order(self, points):
        for _point in range(points):
            if self.surplus:
                self.surplus -= 1
                self.charged += 1
            else:
                self.open += 1

    def lower_order(self, points):
        for _point in range(min(points, self.ordered)):
            if self.open:
                self.open -= 1
            elif self.returned:
                self.returned -= 1
            else:
                self.charged -= 1
                self.surplus += 1

    def invoice(self, points):
        for _point in range(points):
            if self.returned:
                self.returned -= 1
                self.charged += 1
            elif self.open:
                self.open -= 1
                self.charged += 1
            else:
                self.surplus += 1

    def credit(self, points):
        for _point in range(min(points, self.charged + self.surplus)):
            if self.surplus:
                self.surplus -= 1
            else:
                self.charged -= 1
                self.returned += 1
