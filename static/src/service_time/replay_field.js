import { Component } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatInstant, formatMinutes } from "./service_time";

const STATES = {
    none: [_t("None"), "text-bg-light border"],
    running: [_t("Running"), "text-bg-success"],
    at_risk: [_t("At risk"), "text-bg-warning"],
    paused: [_t("Paused"), "text-bg-light border"],
    met: [_t("Kept"), "text-bg-success"],
    missed: [_t("Missed"), "text-bg-danger"],
};
const ENDINGS = {
    resolved: _t("Solved"),
    handed_over: _t("Handed over to another tier"),
    dropped: _t("Closed without a solution"),
};

/** Which time of a ticket counted, which was paused or closed and why, and what was promised. */
export class ReplayField extends Component {
    static template = "helpdesk_support_points.ReplayField";
    static props = { ...standardFieldProps };

    setup() {
        this.formatMinutes = formatMinutes;
        this.formatInstant = formatInstant;
    }

    get times() {
        return this.props.record.data[this.props.name] || { runs: [], levels: [] };
    }

    endingOf(run) {
        if (run.ending) {
            return ENDINGS[run.ending].toString();
        }
        return run.is_paused ? _t("Waiting for the customer") : _t("Running");
    }

    stateOf(promise) {
        const [label, classes] = STATES[promise.state];
        return { label: label.toString(), classes };
    }

    kindOf(promise) {
        return promise.kind === "reaction" ? _t("First response") : _t("Solution");
    }

    lengthOf(promise) {
        return promise.done_at ? formatMinutes(promise.minutes) : "–";
    }

    /** Parts of the bar; counted time is as wide as it is long, cut at the deadline. */
    partsOf(run) {
        const due = run.promises.find((promise) => promise.kind === "resolution")?.due_at;
        return run.bar.flatMap(([start, end, kind, minutes, label], index) => {
            const key = `${run.id}-${index}`;
            if (kind !== "counted" || !due || due <= start || due >= end) {
                const isLate = kind === "counted" && due && due <= start;
                return [this.part({ key, start, end, kind, minutes, label, isLate })];
            }
            const late = Math.round(this.minutesBetween(due, end));
            return [
                this.part({ key, start, end: due, kind, minutes: minutes - late, label }),
                this.part({ key: `${key}-late`, start: due, end, kind, minutes: late, isLate: true }),
            ];
        });
    }

    minutesBetween(start, end) {
        return (deserializeDateTime(end) - deserializeDateTime(start)) / 60000;
    }

    part({ key, start, end, kind, minutes, label, isLate }) {
        const span = _t("%(start)s to %(end)s", {
            start: formatInstant(start),
            end: formatInstant(end),
        });
        const reasons = {
            counted: isLate
                ? _t("%s counted after the deadline", formatMinutes(minutes))
                : _t("%s counted", formatMinutes(minutes)),
            paused: _t("%s paused: waiting for the customer, or solved", formatMinutes(minutes)),
            closed: label ? _t("closed: %s", label) : _t("closed: outside of service hours"),
        };
        return {
            key,
            title: `${span} · ${reasons[kind]}`,
            classes: `o_support_${isLate ? "late" : kind}${label ? " o_support_named" : ""}`,
            style: kind === "closed" ? "" : `flex-grow: ${Math.max(minutes, 1)}`,
        };
    }
}

registry.category("fields").add("support_replay", {
    component: ReplayField,
    displayName: _t("Replay of service time"),
    supportedTypes: ["json"],
});
