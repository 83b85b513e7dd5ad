const survey = (section, scores) => {
  const picker = section.querySelector('[data-part="counts"]');
  if (!picker) return;
  const points = section.querySelectorAll('[data-part="survey-chart"] circle');
  const show = (place) => {
    points.forEach((point, at) => point.classList.toggle("picked", at === place));
    section.querySelectorAll("[data-score]").forEach((cell) => {
      cell.textContent = scores[place][cell.dataset.score];
    });
  };
  picker.addEventListener("change", (event) => show(+event.target.value));
  points.forEach((point, at) =>
    point.addEventListener("click", () => {
      picker.querySelectorAll("input")[at].checked = true;
      show(at);
    })
  );
  show(+picker.querySelector("input:checked").value);
};
