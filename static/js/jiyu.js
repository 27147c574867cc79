// The only script of the site. Every page works without it.
// A form marked data-unsaved warns before what was typed in it is left behind.
(function () {
  "use strict";
  var changed = false;
  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.hasAttribute("data-unsaved")) { changed = true; }
  });
  // A second press while the answer is on its way sends nothing twice, and who waits longer than a second is told so.
  // Who stopped waiting may press again after a while; an answer that is a file (data-download) leaves the page here.
  var sent = null, told = document.querySelector("[data-working]"), timers = [];
  function over() {
    timers.forEach(window.clearTimeout);
    sent = null;
    told.textContent = "";
  }
  document.addEventListener("submit", function (event) {
    if (event.target.method === "post" && event.target === sent) { event.preventDefault(); return; }
    changed = false;
    over();
    sent = event.target;
    timers = [window.setTimeout(function () {
      told.textContent = told.dataset.working;
      told.append(document.createElement("progress"));
    }, 1000)];
    timers.push(window.setTimeout(sent.hasAttribute("data-download") ? over : function () { sent = null; },
      sent.enctype === "multipart/form-data" ? 60000 : 5000));
  });
  window.addEventListener("pageshow", over);
  window.addEventListener("beforeunload", function (event) {
    if (changed) { event.preventDefault(); event.returnValue = ""; }
  });
  // A form marked data-autosave saves itself while somebody writes; what is refused waits for the button.
  document.querySelectorAll("form[data-autosave]").forEach(function (form) {
    var waiting = 0, said = form.querySelector("[data-saved]");
    form.addEventListener("input", function () {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(function () {
        var sent = new FormData(form);
        sent.set("go", "auto");
        fetch(form.getAttribute("action") || window.location.href, { method: "POST", body: sent, credentials: "same-origin" })
          .then(function (answer) { return answer.ok && !answer.redirected ? answer.json() : null; })
          .then(function (saved) {
            if (!saved) { return; }
            form.elements.version.value = saved.version;
            changed = false;
            said.textContent = said.dataset.saved;
          })
          .catch(function () { said.textContent = ""; });
      }, 3000);
    });
    form.addEventListener("submit", function () { window.clearTimeout(waiting); });
  });
  // How much of a text's limit is written, once most of it is. Nothing is cut: the server refuses what is too long.
  var words = told.dataset.written;
  function count(field) {
    var most = Number(field.dataset.most), now = Array.from(field.value.trim()).length;
    var line = document.getElementById(field.id + "-most");
    if (!line && now > most) {
      line = document.createElement("p");
      line.id = field.id + "-most";
      (field.closest(".unit") || field).after(line);
    }
    if (!line) { return; }
    line.className = (now > most ? "field__error" : "field__hint") + " field__most";
    if (now > most * 0.8 || line.dataset.counted) {
      line.setAttribute("role", "status");
      line.textContent = words.replace("{most}", most).replace("{now}", now);
      line.dataset.counted = "yes";
    }
  }
  var counting = 0;
  document.addEventListener("input", function (event) {
    if (!event.target.dataset.most) { return; }
    window.clearTimeout(counting);
    counting = window.setTimeout(count, 400, event.target);
  });
  // Another language or size of text is the page, or that of the form, fetched anew: what was typed goes along, in this
  // window, once.
  var typed = document.querySelector(".errsum, [data-typed]") !== null;
  function fields() {
    var all = document.querySelectorAll("main form[method=post] :is(input,select,textarea), [data-typed] textarea");
    return Array.from(all).filter(function (field) { return field.name && !/^(hidden|password|file)$/.test(field.type); });
  }
  function ticks(field) { return field.type === "checkbox" || field.type === "radio"; }
  document.addEventListener("input", function () { typed = true; });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-carry]");
    if (!typed || !link) { return; }
    var kept = fields().map(function (field) { return [field.name, ticks(field) ? field.checked : field.value]; });
    try { window.sessionStorage.setItem("carried:" + link.pathname, JSON.stringify(kept)); } catch (refused) { return; }
    changed = false;
  });
  try {
    var carried = "carried:" + window.location.pathname;
    var brought = JSON.parse(window.sessionStorage.getItem(carried) || "[]");
    window.sessionStorage.removeItem(carried);
    fields().forEach(function (field) {
      var at = brought.findIndex(function (each) { return each[0] === field.name; });
      if (at < 0) { return; }
      var value = brought.splice(at, 1)[0][1];
      if (ticks(field)) { field.checked = value; } else { field.value = value; }
      typed = true;
      changed = changed || field.closest("[data-unsaved]") !== null;
    });
  } catch (refused) { /* A browser that keeps nothing: the form is as the server sent it. */ }
  document.querySelectorAll("[data-most]").forEach(count);
  // What is ticked for comparison stays ticked on the other pages of its list, in this window, and is sent from any of
  // them in the order of ticking.
  document.querySelectorAll("form[data-ticks]").forEach(function (form) {
    var name = "ticked:" + form.dataset.ticks, said = form.querySelector("[data-ticked]"), ticked = [];
    function draw() {
      Array.from(form.elements).forEach(function (box) {
        if (box.type === "checkbox") { box.checked = ticked.indexOf(box.value) >= 0; }
      });
      said.firstElementChild.textContent = said.dataset.ticked.replace("{now}", ticked.length);
      said.hidden = !ticked.length;
    }
    function keep(chosen) {
      ticked = chosen;
      try { window.sessionStorage.setItem(name, JSON.stringify(ticked)); } catch (refused) { /* This page's alone. */ }
      draw();
    }
    window.addEventListener("pageshow", function () {
      try { ticked = JSON.parse(window.sessionStorage.getItem(name) || "[]"); } catch (refused) { /* As they are. */ }
      draw();
    });
    document.addEventListener("change", function (event) {
      var box = event.target;
      if (box.form !== form || box.type !== "checkbox") { return; }
      keep(ticked.filter(function (each) { return each !== box.value; }).concat(box.checked ? box.value : []));
    });
    said.querySelector("button").addEventListener("click", function () { keep([]); });
    form.addEventListener("formdata", function (event) {
      event.formData.delete("no");
      ticked.forEach(function (number) { event.formData.append("no", number); });
    });
  });
  // The address of a search or filter names only what was filled in.
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "get") { return; }
    var empty = Array.prototype.filter.call(event.target.elements, function (field) {
      return field.name && field.value === "" && !field.disabled;
    });
    empty.forEach(function (field) { field.disabled = true; });
    window.setTimeout(function () { empty.forEach(function (field) { field.disabled = false; }); });
  });
  // A form that was refused begins at what must be corrected.
  var summary = document.querySelector(".errsum");
  if (summary) { summary.focus(); }

  // Of a row of tabs that is wider than a phone, the one that is shown is in sight.
  document.querySelectorAll(".tabs [aria-current]").forEach(function (tab) {
    var row = tab.parentNode;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  });

  // Suggestions under a search box (the pattern "combobox with list" of WAI-ARIA): the cursor stays in the box, arrow
  // keys move among the links, Enter follows the one chosen or searches, Escape closes.
  document.querySelectorAll("form[data-suggest]").forEach(function (form) {
    var box = form.querySelector("input[type=search]");
    var said = document.createElement("p");
    var place = document.createElement("div");
    var list = null, chosen = -1, waiting = 0, asked = 0;
    said.className = "vh";
    said.setAttribute("role", "status");
    form.append(place, said);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("autocomplete", "off");

    function options() { return list ? list.querySelectorAll("[role=option]") : []; }
    // The list answers what the box held when it was asked for; keys move only in a list of what the box holds now.
    function current() { return list !== null && list.words === box.value; }
    function clear() {
      place.textContent = "";
      list = null;
      chosen = -1;
      said.textContent = "";
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-controls");
      box.removeAttribute("aria-activedescendant");
    }
    function close() {
      window.clearTimeout(waiting);
      asked += 1;
      clear();
    }
    function show(fragment, words) {
      clear();
      place.innerHTML = fragment;
      list = place.querySelector("[role=listbox]");
      if (!options().length) { said.textContent = list ? list.dataset.said : ""; place.textContent = ""; list = null; return; }
      list.words = words;
      list.id = box.id + "-suggestions";
      options().forEach(function (option, number) { option.id = list.id + "-" + number; });
      box.setAttribute("aria-controls", list.id);
      box.setAttribute("aria-expanded", "true");
      said.textContent = list.dataset.said;
    }
    function choose(number) {
      var all = options();
      if (chosen >= 0) { all[chosen].setAttribute("aria-selected", "false"); }
      chosen = number;
      if (chosen < 0) { box.removeAttribute("aria-activedescendant"); return; }
      all[chosen].setAttribute("aria-selected", "true");
      all[chosen].scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", all[chosen].id);
    }
    function ask() {
      var words = box.value, mine = asked += 1;
      if (!words.trim()) { close(); return; }
      fetch(form.dataset.suggest + encodeURIComponent(words), { credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.text() : ""; })
        .catch(function () { return ""; })
        // An answer to words that are no longer there, or to a list that was closed meanwhile, is passed over.
        .then(function (fragment) {
          if (mine === asked && words === box.value && document.activeElement === box) { show(fragment, words); }
        });
    }
    function later() {
      window.clearTimeout(waiting);
      if (chosen >= 0) { choose(-1); }
      waiting = window.setTimeout(ask, 120);
    }
    box.addEventListener("input", function (event) { if (!event.isComposing) { later(); } });
    box.addEventListener("compositionend", later);
    box.addEventListener("keydown", function (event) {
      var count = current() ? options().length : 0;
      if (event.isComposing) { return; }
      if (event.key === "Escape" && list) { event.preventDefault(); close(); }
      if (event.key === "Enter" && count && chosen >= 0) { event.preventDefault(); options()[chosen].click(); }
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
        event.preventDefault();
        // One place before the first is the box itself, where nothing is chosen.
        choose((chosen + 1 + (event.key === "ArrowDown" ? 1 : count)) % (count + 1) - 1);
      }
    });
    place.addEventListener("mousedown", function (event) { event.preventDefault(); });
    box.addEventListener("blur", close);
  });
}());
