# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How many points a sale should have credited, by its order and its invoices (design 4.4).

A *source* is an order line, or an invoice line without an order. Its *documents* are the posted
invoice and credit note lines about it, oldest first. What it is due follows from both alone, so
that posting the difference to what the ledger holds is right after any change, and harmless twice.
"""

from dataclasses import dataclass

CREDIT_ON = ("order", "invoice", "payment")
_NOISE_AMOUNT = 0.005


@dataclass(frozen=True, slots=True)
class Document:
    """One posted line that charges points (+) or credits them to the customer (−).

    `amount` is its net price, with the same sign. `returns` says whether a credited line takes
    the points back; otherwise it only lowers their price.
    """

    points: int
    amount: float
    returns: bool = True


@dataclass(frozen=True, slots=True)
class Charge:
    """Points that documents charge now, and those that they took back and did not charge again."""

    charged: int
    returned: int


def charge(documents):
    """The `Charge` of documents, in the order in which they were made.

    An invoice after a credit note charges again first what the last one credited: points that were
    taken back return with it, and points whose whole price was credited, but which the customer
    kept, are not sold a second time. No more is taken back than was charged.

    >>> charge([Document(20, 600), Document(-20, -600)])
    Charge(charged=0, returned=20)
    >>> charge([Document(20, 600), Document(-20, -600), Document(20, 600)])
    Charge(charged=20, returned=0)
    >>> charge([Document(20, 600), Document(-20, -40, returns=False)])
    Charge(charged=20, returned=0)
    """
    charged, point_price = 0, 0.0
    credited = []  # [points, whether they were taken back], the last one last
    for document in documents:
        points = abs(document.points)
        if document.points > 0:
            point_price = document.amount / points
            charged += points - _charge_again(credited, points)
        elif document.returns:
            points = min(points, charged)
            charged -= points
            credited.append([points, True])
            _keep_waived(credited, charged)
        elif points and -document.amount / points >= point_price - _NOISE_AMOUNT:
            waived = sum(part for part, returned in credited if not returned)
            credited.append([min(points, charged - waived), False])
    return Charge(charged, sum(part for part, returned in credited if returned))


def points_due(credit_on, documents, ordered=0, absorbed=0):
    """What a source should have credited: (points, points absorbed from now on).

    "invoice" and "payment" count what the documents charge (for "payment" the caller gives those
    of paid invoices only). "order" counts what is ordered, less what credit notes took back and no
    invoice charged again. But returned points that the order was lowered by are *absorbed*: they
    are not subtracted a second time, nor when the order is raised again.

    :param int ordered: points of the confirmed order line; 0 without one
    :param int absorbed: what the last call returned for this source

    >>> points_due("order", [Document(12, 360), Document(-12, -360)], ordered=20)
    (8, 0)
    >>> points_due("order", [Document(20, 600), Document(-5, -150)], ordered=15)
    (15, 5)
    >>> points_due("order", [Document(20, 600), Document(-5, -150)], ordered=25, absorbed=5)
    (25, 5)
    >>> points_due("invoice", [Document(12, 360)], ordered=20)
    (12, 0)
    """
    if credit_on not in CREDIT_ON:
        raise ValueError(
            f"Points are credited on one of {', '.join(CREDIT_ON)}, not {credit_on!r}."
        )
    so_far = charge(documents)
    if credit_on != "order":
        return so_far.charged, 0
    missing = min(max(0, so_far.returned - absorbed), max(0, ordered - so_far.charged))
    return ordered - missing, so_far.returned - missing


def value_due(documents, points, point_price=0.0):
    """Money that the points which a source has credited are worth: what customers paid or owe.

    It is what the documents charge less what they credit. Points that are ordered and not invoiced
    count at the order's price; of points that are invoiced and not due any more, their share goes.

    :param int points: what the source is due, by `points_due`
    :param float point_price: net price of a point by the order

    >>> value_due([Document(12, 300)], 20, point_price=30)
    540.0
    >>> value_due([Document(20, 600), Document(-20, -40, returns=False)], 20)
    560.0
    >>> value_due([Document(20, 600)], 15)
    450.0
    """
    charged = charge(documents).charged
    amount = float(sum(document.amount for document in documents))
    if points >= charged:
        return amount + (points - charged) * point_price
    return amount * points / charged


def _charge_again(credited, points):
    """Use up what was credited, the last first; return how many of the points are not new ones."""
    kept = 0
    while points and credited:
        part = min(points, credited[-1][0])
        if not credited[-1][1]:
            kept += part
        points -= part
        credited[-1][0] -= part
        if not credited[-1][0]:
            credited.pop()
    return kept


def _keep_waived(credited, charged):
    """Forget points kept without a price that have been taken back meanwhile."""
    surplus = sum(part for part, returned in credited if not returned) - charged
    for entry in credited:
        if surplus > 0 and not entry[1]:
            part = min(surplus, entry[0])
            entry[0] -= part
            surplus -= part
    credited[:] = [entry for entry in credited if entry[0]]
