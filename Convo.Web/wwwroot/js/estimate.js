// What the text in the box would roughly cost, and what is left: asked when the typing pauses, never in its way.
const pause = 450;
const number = new Intl.NumberFormat("en-US");
const dollars = value => value > 0 && value < 0.0001 ? "< $0.0001" : `$${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 })}`;

function describe(estimate) {
  if (!estimate.fits) {
    return estimate.tokens_left !== null && estimate.tokens_left < estimate.needed_tokens
      ? `Needs about ${number.format(estimate.needed_tokens)} tokens · ${number.format(estimate.tokens_left)} left`
      : `Needs about ${estimate.needed_cost === null ? "some money" : dollars(Number(estimate.needed_cost))} · ${dollars(Number(estimate.cost_left))} left`;
  }
  const left = estimate.tokens_left !== null ? number.format(estimate.tokens_left) : estimate.cost_left !== null ? dollars(Number(estimate.cost_left)) : null;
  const parts = [`About ${number.format(estimate.input_tokens)} tokens`];
  const most = Number(estimate.max_cost ?? 0);
  if (most > 0) parts.push(most < 0.0001 ? "less than $0.0001" : `at most ${dollars(most)}`);
  if (left !== null) parts.push(`${left} left`);
  return parts.join(" · ");
}

const explain = estimate =>
  `An estimate: about ${number.format(estimate.input_tokens)} tokens are sent with this message, and the answer has at most ${number.format(estimate.max_output_tokens)}.`
  + ` ${estimate.max_cost === null ? "The price of this model is not known." : Number(estimate.max_cost) > 0 ? "Most answers cost less." : "This model costs nothing."} The real figures stand under the answer.`;

export function createEstimate(form, box, options, signal) {
  const place = form.querySelector("[data-estimate]");
  let timer = 0;
  let asking = null;
  let asked = "";

  function show(text, title, low) {
    if (place.textContent === text) return;
    place.textContent = text;
    place.title = title;
    if (low) place.dataset.level = "warn";
    else delete place.dataset.level;
  }

  async function ask(body) {
    asking = new AbortController();
    try {
      const response = await fetch("/api/convo/estimate", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", RequestVerificationToken: options.token ?? "" },
        body,
        signal: AbortSignal.any([asking.signal, signal]),
      });
      if (!response.ok) { show("", ""); return; }
      const estimate = await response.json();
      show(describe(estimate), explain(estimate), !estimate.fits);
    } catch (error) {
      // Without an answer there is no estimate; sending asks the server again anyway.
      if (error.name !== "AbortError") show("", "");
    }
  }

  return {
    refresh() {
      const idle = box.value.trim() === "" || box.value.length > options.maxLength || form.dataset.blocked !== undefined || form.dataset.running !== undefined;
      const body = idle ? "" : JSON.stringify({
        content: box.value,
        thread_id: form.dataset.thread || null,
        model: form.dataset.model || null,
        attachment_ids: (form.dataset.files || "").split(",").filter(Boolean),
      });
      if (body === asked) return;
      asked = body;
      clearTimeout(timer);
      asking?.abort();
      if (idle) show("", "");
      else timer = setTimeout(() => ask(body), pause);
    },
  };
}
