import { StoredValue } from "./storage.js";

/** The key for servers that require one, stored until the browser's tab is closed. */
export const apiKey = new StoredValue("api-key", "sessionStorage");
