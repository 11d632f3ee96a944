// Blazor loads this file by its name. One bubbling event carries what people do in JavaScript-owned parts to the one handler that listens.
export function afterWebStarted(blazor) {
  blazor.registerCustomEventType("convoaction", {
    createEventArgs: event => ({ action: event.detail.action, key: event.detail.key ?? null, text: event.detail.text ?? null }),
  });
}
