// The only script of the site. Every page works without it.
// A form marked data-unsaved warns before what was typed in it is left behind.
(function () {
  "use strict";
  var changed = false;
  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.hasAttribute("data-unsaved")) { changed = true; }
  });
  document.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) {
    if (changed) { event.preventDefault(); event.returnValue = ""; }
  });
  // A form that was refused begins at what must be corrected.
  var summary = document.querySelector(".errsum");
  if (summary) { summary.focus(); }
}());
