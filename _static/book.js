// Small repairs to what the theme leaves unsaid to a screen reader or a keyboard.
document.addEventListener("DOMContentLoaded", () => {
  const each = (selector, change) => document.querySelectorAll(selector).forEach(change);

  // A label must contain the words that are seen.
  each("button[aria-label], a[aria-label], summary[aria-label]", (element) => {
    const seen = element.textContent.trim().replace(/\s+/g, " ");
    const label = element.getAttribute("aria-label");
    if (seen && !label.toLowerCase().includes(seen.toLowerCase())) element.removeAttribute("aria-label");
  });

  // The icons of the colour-mode button have titles, which count as words that are seen.
  each(".theme-switch-button", (button) =>
    button.setAttribute("aria-label", "Color mode: Light, Dark, System Settings"));

  // An entry of the bibliography is an item of a list; its special role is gone from ARIA.
  each("[role=doc-biblioentry]", (entry) => entry.setAttribute("role", "listitem"));

  // The sidebar is a landmark.
  each(".bd-sidebar-primary:not([role])", (element) => {
    element.setAttribute("role", "navigation");
    element.setAttribute("aria-label", "Book");
  });

  // What scrolls can be scrolled with the keyboard.
  const focusable = () =>
    each("div.math mjx-container, div.output pre, .bd-article table, div.highlight pre", (element) => {
      if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
      else if (element.getAttribute("tabindex") === "0") element.removeAttribute("tabindex");
    });
  focusable();
  window.addEventListener("load", focusable);
  window.addEventListener("resize", focusable);
  window.MathJax?.startup?.promise?.then(focusable);
});
