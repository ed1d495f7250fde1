/** Returns the element with this id. */
export const byId = (id) => document.getElementById(id);

/** Returns a new copy of the only element in a template. */
export const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Replaces the icon of an icon element by another one of the page's sprite. */
export function setIcon(container, name) {
  container.querySelector("use").setAttribute("href", `#icon-${name}`);
}
