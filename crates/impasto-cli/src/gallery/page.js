"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const cards = [...document.querySelectorAll(".grid > li")];
  const box = by("lightbox"), large = by("large"), caption = by("caption");
  const shown = () => cards.filter((card) => !card.hidden);
  let at = 0;

  const show = (index) => {
    const all = shown();
    if (all.length === 0) return;
    at = (index + all.length) % all.length;
    const link = all[at].querySelector(".open");
    large.src = link.href;
    large.alt = caption.textContent = link.dataset.caption;
    by("original").href = link.href;
    by("place").textContent = `${at + 1} of ${all.length}`;
    for (const id of ["previous", "next"]) by(id).disabled = all.length < 2;
  };

  for (const card of cards) {
    const link = card.querySelector(".open");
    link.addEventListener("click", (event) => {
      // Whoever wants a tab of its own gets it.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      show(shown().indexOf(card));
      box.showModal();
      by("next").focus();
    });
  }
  by("previous").addEventListener("click", () => show(at - 1));
  by("next").addEventListener("click", () => show(at + 1));
  by("close").addEventListener("click", () => box.close());
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    else if (event.key === "ArrowRight") show(at + 1);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(-1);
    else return;
    event.preventDefault();
  });
  let from = null;
  box.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? event.touches[0].clientX : null; }, { passive: true });
  box.addEventListener("touchend", (event) => {
    if (from === null) return;
    const moved = event.changedTouches[0].clientX - from;
    if (Math.abs(moved) > 60) show(at + (moved < 0 ? 1 : -1));
  }, { passive: true });
  box.addEventListener("close", () => {
    large.removeAttribute("src");
    // Back to the image that was looked at last.
    shown()[at]?.querySelector(".open").focus();
  });

  const filter = by("filter");
  if (filter) {
    const texts = cards.map((card) => card.textContent.toLowerCase());
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      cards.forEach((card, index) => { card.hidden = !words.every((word) => texts[index].includes(word)); });
      by("count").textContent = words.length ? `${shown().length} of ${cards.length}` : "";
    });
  }

  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = by(button.dataset.of);
      let done = false;
      try {
        await navigator.clipboard.writeText(code.textContent);
        done = true;
      } catch {
        // A page from a disk may not use the clipboard by itself: the words are marked, ready to be copied.
        getSelection().selectAllChildren(code);
        done = document.execCommand("copy");
      }
      by("said").textContent = done ? "Copied" : "Marked: copy it now";
      button.firstChild.textContent = done ? "Copied" : "Marked";
      setTimeout(() => { button.firstChild.textContent = "Copy"; }, 2000);
    });
  }
})();
