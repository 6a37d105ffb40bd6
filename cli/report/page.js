"use strict";
// Sorting, filtering, opening and copying. All there is to read stands on the page without it.
(() => {
    const make = (name, text, click) => {
        const element = document.createElement(name);
        element.textContent = text;
        if (click) { element.type = "button"; element.addEventListener("click", click); }
        return element;
    };

    // What a cell is sorted by: data-sort, where what is read is not.
    const value = (row, column) => {
        const cell = row.children[column];
        const text = cell.dataset.sort ?? cell.textContent.trim();
        const number = Number(text);
        return text !== "" && !Number.isNaN(number) ? number : text.toLowerCase();
    };
    const compare = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
    const sort = (heading, column) => {
        const body = heading.closest("table").tBodies[0];
        const down = heading.getAttribute("aria-sort") !== "descending" && heading.classList.contains("number")
            || heading.getAttribute("aria-sort") === "ascending";
        for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].sort((a, b) => compare(value(a, column), value(b, column)) * (down ? -1 : 1));
        body.append(...rows);
    };
    for (const heading of document.querySelectorAll("table.sortable thead th:not(.unsorted)")) {
        const button = make("button", heading.textContent, () => sort(heading, heading.cellIndex));
        heading.replaceChildren(button);
    }

    const devices = () => document.querySelectorAll("details.device");
    const table = document.querySelector("table.filtered");
    if (table) {
        const tools = make("div", "");
        tools.className = "tools";
        const filter = make("input", "");
        filter.type = "search";
        filter.placeholder = "Filter: name, address, vendor, remote";
        filter.setAttribute("aria-label", "Filter devices");
        const told = make("span", "");
        told.setAttribute("role", "status");
        filter.addEventListener("input", () => {
            const wanted = filter.value.trim().toLowerCase();
            let shown = 0;
            for (const row of table.tBodies[0].rows) {
                const section = document.getElementById(row.dataset.device);
                const hit = wanted === "" || (row.textContent + section.textContent).toLowerCase().includes(wanted);
                row.hidden = section.hidden = !hit;
                shown += hit ? 1 : 0;
            }
            told.textContent = wanted === "" ? "" : `${shown} shown`;
        });
        tools.append(filter,
            make("button", "Open all", () => devices().forEach(d => { d.open = true; })),
            make("button", "Close all", () => devices().forEach(d => { d.open = false; })), told);
        table.closest(".wide").before(tools);
    }

    const open = () => {
        const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        const device = target && target.closest("details");
        if (device) { device.open = true; target.scrollIntoView(); }
    };
    addEventListener("hashchange", open);
    open();

    for (const code of document.querySelectorAll("pre.copy")) {
        const button = make("button", "Copy", async () => {
            try { await navigator.clipboard.writeText(code.textContent); button.textContent = "Copied"; }
            catch { getSelection().selectAllChildren(code); button.textContent = "Selected: press Ctrl+C"; }
        });
        code.after(button);
    }
})();
