import { reactive, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const TICK_MS = 10000;
let ticker;

/** The present moment for every countdown on the screen, from one timer. */
export function useTicker() {
    if (!ticker) {
        ticker = reactive({ now: Date.now() });
        browser.setInterval(() => (ticker.now = Date.now()), TICK_MS);
    }
    return useState(ticker);
}

/** Minutes in the words of people: "45 min", "1 h 20 min", "16 h". */
export function formatMinutes(minutes) {
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    if (!hours) {
        return _t("%s min", rest);
    }
    return rest ? _t("%(hours)s h %(minutes)s min", { hours, minutes: rest }) : _t("%s h", hours);
}

/** A stored instant (UTC) as a short date and time of the user. */
export function formatInstant(text) {
    return deserializeDateTime(text).toLocaleString({
        weekday: "short",
        day: "2-digit",
        month: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
    });
}

/**
 * Service minutes left of a countdown that the server sent, some time after it did.
 *
 * @param {Object} countdown see `_countdown` of support.guarantee.run
 * @param {number} elapsedMs milliseconds since it was sent
 */
export function minutesLeft(countdown, elapsedMs) {
    const from = deserializeDateTime(countdown.now).toMillis();
    const until = from + elapsedMs;
    let passed = 0;
    for (const [open, close] of countdown.open) {
        const start = Math.max(deserializeDateTime(open).toMillis(), from);
        const end = Math.min(deserializeDateTime(close).toMillis(), until);
        passed += Math.max(0, end - start);
    }
    return countdown.minutes - Math.floor(passed / 60000);
}
