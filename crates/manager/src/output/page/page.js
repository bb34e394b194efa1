
"use strict";
// Filters, folds and copies. All text is in the page already; nothing is made of it but text.
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  if (!form) return;

  const zones = [...document.querySelectorAll("details.zone")].map((element) => ({
    element,
    zone: element.dataset.zone,
    targets: element.dataset.targets.split(" "),
    lists: [...element.querySelectorAll("ul.changes")].map((list) => ({ list, rows: [...list.children] })),
  }));
  const total = zones.flatMap(({ lists }) => lists).reduce((sum, { rows }) => sum + rows.length, 0);

  // What a row says, in lower case. It is read when something is looked for, and once.
  let texts = null;
  const textOf = (row, heading) => {
    texts ??= new Map();
    let text = texts.get(row);
    if (text === undefined) {
      text = `${heading} ${row.dataset.name} ${row.textContent}`.toLowerCase();
      texts.set(row, text);
    }
    return text;
  };

  const only = (id) => byId(id)?.checked ?? false;

  const filter = () => {
    const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [zone, target, type] = ["zone", "target", "type"].map((id) => byId(id).value);
    const boxes = [...form.querySelectorAll("[name=action]")];
    const actions = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const [unsafe, notice, drift] = ["only-unsafe", "only-notice", "only-drift"].map(only);
    let count = 0;
    for (const group of zones) {
      const isMeant = (!zone || group.zone === zone) && (!target || group.targets.includes(target));
      const heading = words.length ? group.element.querySelector("summary").textContent : "";
      let shown = 0;
      const fits = (row) => isMeant
        && actions.has(row.classList[0])
        && (!type || row.dataset.type === type)
        && (!unsafe || row.hasAttribute("data-unsafe"))
        && (!notice || row.classList.contains("notice"))
        && (!drift || row.hasAttribute("data-drift"))
        && words.every((word) => textOf(row, heading).includes(word));
      for (const { list, rows } of group.lists) {
        const before = shown;
        for (const row of rows) {
          const isShown = fits(row);
          if (row.hidden === isShown) row.hidden = !isShown;
          if (isShown) shown += 1;
        }
        list.hidden = shown === before;
      }
      // A zone of which only settings change has no rows.
      group.element.hidden = shown === 0 && !(isMeant && group.lists.length === 0 && !words.length);
      count += shown;
    }
    const changes = total === 1 ? "change" : "changes";
    byId("count").textContent = count === total ? `${total} ${changes}` : `${count} of ${total} ${changes}`;
    byId("none").hidden = count > 0 || total === 0;
  };

  let waiting = 0;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  };
  byId("text").addEventListener("input", later);
  form.addEventListener("change", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());

  const fold = (isOpen) => () => zones.forEach(({ element }) => { element.open = isOpen; });
  byId("fold").addEventListener("click", fold(false));
  byId("unfold").addEventListener("click", fold(true));

  // A word of a shell: what a name says is never a command.
  const quoted = (word) => (/^[A-Za-z0-9._-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

  const say = (text) => { byId("said").textContent = text; };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Where a page may not write to the clipboard, a selection can be copied.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const isDone = document.execCommand("copy");
      area.remove();
      if (!isDone) return say(text);
    }
    say(`Copied: ${text}`);
  };
  byId("plan").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { name, type } = button.closest("li[data-name]").dataset;
    const isDig = button.classList.contains("copy-dig");
    copy(isDig ? `dig +noall +answer -q ${quoted(name)} -t ${quoted(type)}` : name);
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      byId("text").focus();
    } else if (event.key === "Escape" && event.target.id === "text") {
      form.reset();
    }
  });

  // What is folded would not be printed.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((element) => { element.open = true; });
  });
  addEventListener("afterprint", () => {
    folded.forEach((element) => { element.open = false; });
  });

  document.documentElement.classList.add("live");
  form.hidden = false;
  filter();
})();
