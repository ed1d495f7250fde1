/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A fresh copy of the one element inside a template. */
export const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Shows another icon of the page's sprite in an icon element's place. */
export function setIcon(container, name) {
  container.querySelector("use").setAttribute("href", `#icon-${name}`);
}
