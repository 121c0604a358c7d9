// The pages work without this file. It adds a button that shows the password that is being typed, keeps pages that name
// a person from coming back after that person has signed out, and presses the button that sends an answer on.
"use strict";

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  const show = (visible) => {
    field.type = visible ? "text" : "password";
    button.textContent = visible ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-label", visible ? button.dataset.hideLabel : button.dataset.showLabel);
  };
  button.addEventListener("click", () => show(field.type === "password"));
  // Browsers remember what was typed into a text field, and offer to save a password field alone.
  field.form.addEventListener("submit", () => show(false));
  button.hidden = false;
}

addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[data-personal]")) location.reload();
});

document.querySelector("[data-send] form")?.submit();
