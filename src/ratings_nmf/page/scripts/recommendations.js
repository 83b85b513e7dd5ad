const recommendations = (section, told) => {
  const select = section.querySelector('[data-part="receiver"]');
  if (!select) return;
  const options = [...select.options];
  const show = () => {
    const rows = (told[+select.value] ?? []).map((cells) => {
      const [rank, item, predicted, reason] = cells;
      const name = element("th", "label", element("bdi", "", item));
      name.scope = "row";
      return element("tr", "", element("td", "", rank), name, element("td", "", predicted), element("td", "", reason));
    });
    section.querySelector('[data-part="recommended"]').replaceChildren(...rows);
  };
  select.addEventListener("change", show);
  section.querySelector('[data-part="find-receiver"]')?.addEventListener("input", (event) => {
    const text = event.target.value.trim().toLowerCase();
    select.replaceChildren(...options.filter((option) => option.text.toLowerCase().includes(text)));
    show();
  });
  show();
};
