import { StoredValue } from "./storage.js";

/** The key for servers that ask for one; kept for the life of the browser's tab and no longer. */
export const apiKey = new StoredValue("api-key", "sessionStorage");
