import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";

/** Columns that say nothing until a line needs them; descriptions have their room. */
const RARE_COLUMNS = {
    support_free_reason: ({ support_billable }) => !support_billable,
    support_booking_state: ({ support_booking_state: state }) => state === "unbooked",
};

export class TimeLinesRenderer extends ListRenderer {
    getActiveColumns() {
        const lines = this.props.list.records;
        return super.getActiveColumns().filter(({ name }) => {
            const isNeeded = RARE_COLUMNS[name];
            return !isNeeded || lines.some(({ data }) => isNeeded(data));
        });
    }

    add(params) {
        this.isAdding = true;
        return super.add(params);
    }

    /** Start new time with its description: the day, which is first, is right most often. */
    focusCell(column, forward) {
        const isAdding = this.isAdding;
        this.isAdding = false;
        const description = this.columns.find(({ name }) => name === "name");
        super.focusCell((isAdding && description) || column, forward);
    }
}

export class TimeLinesField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: TimeLinesRenderer };
}

registry.category("fields").add("support_time_lines", {
    ...x2ManyField,
    component: TimeLinesField,
});
