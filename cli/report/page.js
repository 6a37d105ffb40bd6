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
    const sort = (heading, down) => {
        const body = heading.closest("table").tBodies[0], column = heading.cellIndex;
        for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].sort((a, b) => compare(value(a, column), value(b, column)) * (down ? -1 : 1));
        body.append(...rows);
    };
    const sortOrTurn = heading => {
        const before = heading.getAttribute("aria-sort");
        sort(heading, before === "ascending" || (before !== "descending" && heading.classList.contains("number")));
    };
    const addSorting = () => {
        for (const heading of document.querySelectorAll("table.sortable thead th:not(.unsorted)")) {
            // No element button: on paper those are left out where a heading is repeated.
            const button = make("span", heading.textContent);
            const act = () => sortOrTurn(heading);
            button.setAttribute("role", "button");
            button.tabIndex = 0;
            button.addEventListener("click", act);
            button.addEventListener("keydown", event => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                act();
            });
            heading.replaceChildren(button);
        }
    };

    const devices = () => document.querySelectorAll("details.device");
    const filter = make("input", "");
    const told = make("span", "");
    const applyFilter = () => {
        const wanted = filter.value.trim().toLowerCase();
        let shown = 0;
        for (const row of document.querySelectorAll("table.filtered > tbody > tr")) {
            const section = document.getElementById(row.dataset.device);
            const hit = wanted === "" || (row.textContent + section.textContent).toLowerCase().includes(wanted);
            row.hidden = section.hidden = !hit;
            shown += hit ? 1 : 0;
        }
        told.textContent = wanted === "" ? "" : `${shown} shown`;
    };
    filter.type = "search";
    filter.placeholder = "Filter: name, address, remote";
    filter.setAttribute("aria-label", "Filter devices");
    filter.addEventListener("input", applyFilter);
    told.setAttribute("role", "status");
    const addTools = () => {
        const tools = make("div", "");
        tools.className = "tools";
        tools.append(filter,
            make("button", "Open all", () => devices().forEach(d => { d.open = true; })),
            make("button", "Close all", () => devices().forEach(d => { d.open = false; })), told);
        document.querySelector("table.filtered").closest(".wide").before(tools);
    };

    const copy = code => {
        const button = make("button", "Copy", async () => {
            try { await navigator.clipboard.writeText(code.textContent); button.textContent = "Copied"; }
            catch { getSelection().selectAllChildren(code); button.textContent = "Selected: press Ctrl+C"; }
        });
        code.after(button);
    };
    const equip = () => {
        addSorting();
        addTools();
        document.querySelectorAll("pre.copy").forEach(copy);
    };
    equip();

    const open = () => {
        const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        const device = target && target.closest("details");
        if (device) { device.open = true; target.scrollIntoView(); }
    };
    addEventListener("hashchange", open);
    open();


    // A page that is served asks for news. What is open, sorted, filtered and looked at stays.
    const news = document.querySelector(".news");
    const sortedBy = () => [...document.querySelectorAll("table.sortable th[aria-sort]")].map(heading => {
        const around = heading.closest("[id]");
        const index = [...around.querySelectorAll("table.sortable")].indexOf(heading.closest("table"));
        return { id: around.id, index, column: heading.cellIndex, down: heading.getAttribute("aria-sort") === "descending" };
    });
    const sortAgain = before => {
        for (const { id, index, column, down } of before) {
            const table = document.getElementById(id)?.querySelectorAll("table.sortable")[index];
            if (table) sort(table.tHead.rows[0].cells[column], down);
        }
    };
    const refresh = async version => {
        const fresh = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
        const opened = new Map([...document.querySelectorAll("details[id]")].map(d => [d.id, d.open]));
        const sorted = sortedBy();
        const typing = document.activeElement === filter;
        document.querySelector("main").replaceWith(document.adoptNode(fresh.querySelector("main")));
        document.querySelector(".span").textContent = fresh.querySelector(".span").textContent;
        for (const [id, wasOpen] of opened) {
            const details = document.getElementById(id);
            if (details) details.open = wasOpen;
        }
        equip();
        sortAgain(sorted);
        applyFilter();
        if (typing) filter.focus();
        document.body.dataset.version = version;
    };
    const ask = async () => {
        try {
            const answer = await fetch("/version");
            if (!answer.ok) throw new Error(answer.statusText);
            const version = (await answer.text()).trim();
            if (version !== document.body.dataset.version) await refresh(version);
            news.textContent = "";
        } catch {
            news.textContent = "The server does not answer: what stands here may be old.";
        }
        setTimeout(ask, 3000);
    };
    if (document.body.dataset.version) setTimeout(ask, 3000);
})();
