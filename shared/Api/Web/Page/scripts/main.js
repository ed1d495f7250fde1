import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { Follower } from "./follower.js";
import { ServerStatus } from "./server-status.js";
import { SettingsDrawer } from "./settings-drawer.js";
import { Settings } from "./settings.js";
import { chooseTheme, isDark } from "./theme.js";

const settings = new Settings();
const server = new ServerStatus();
new SettingsDrawer(settings, { onClose: () => server.check() });

const composer = new Composer({
  onSend: (text) => chat.send(text),
  onStop: () => chat.stop(),
  onCancelEdit: () => chat.cancelEdit(),
});

const chat = new Chat({
  conversation: Conversation.restored(),
  composer,
  follower: new Follower(byId("scroller"), byId("turns"), byId("to-latest")),
  requestOptions: async () => ({ model: await server.model(), ...settings.fields }),
  onFailure: () => server.check(),
});

byId("new-chat").addEventListener("click", () => {
  chat.reset();
  composer.focus();
});

byId("theme").addEventListener("click", () => chooseTheme(isDark() ? "light" : "dark"));

for (const example of document.querySelectorAll(".examples button")) example.addEventListener("click", () => chat.send(example.textContent));

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chat.busy && !byId("settings").open) {
    event.preventDefault();
    chat.stop();
  }
});
