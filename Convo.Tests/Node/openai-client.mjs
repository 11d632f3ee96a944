// Drives a Convo with OpenAI's own package. CONVO_URL and CONVO_KEY say where; every check that fails ends it with an error.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: `${process.env.CONVO_URL}v1`, apiKey: process.env.CONVO_KEY, maxRetries: 0 });
const model = 'gpt-4o-mini';
const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hello' }];

const checks = {
  async chat() {
    const answer = await client.chat.completions.create({ model, messages, max_tokens: 100, temperature: 0.2, stop: ['END'] });
    assert.equal(answer.choices[0].message.content, 'You said: Hello');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.ok(answer._request_id);
  },

  async stream() {
    const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
    let text = '', usage = null, reason = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? '';
      reason = chunk.choices[0]?.finish_reason ?? reason;
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, 'You said: Hello');
    assert.equal(reason, 'stop');
    assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0);
  },

  async helper() {
    // The package's own accumulator is strict about the shape of every chunk.
    const whole = await client.chat.completions.stream({ model, messages }).finalChatCompletion();
    assert.equal(whole.choices[0].message.content, 'You said: Hello');
  },

  async embeddings() {
    // Asks for base64 on the wire and gives numbers.
    const made = await client.embeddings.create({ model: 'stub-embedding', input: ['red apple', 'green pear'] });
    const floats = await client.embeddings.create({ model: 'stub-embedding', input: 'green pear', encoding_format: 'float' });
    assert.equal(made.data.length, 2);
    assert.equal(made.data[0].embedding.length, 64);
    assert.deepEqual(Array.from(made.data[1].embedding, Math.fround), Array.from(floats.data[0].embedding, Math.fround));
  },

  async models() {
    const ids = [];
    for await (const listed of client.models.list()) ids.push(listed.id);
    assert.ok(ids.includes(model));
    assert.equal((await client.models.retrieve(`openai/${model}`)).id, model);
  },

  async authentication() {
    const stranger = client.withOptions({ apiKey: 'cv_nobody' });
    await assert.rejects(stranger.models.list(), (e) => e instanceof OpenAI.AuthenticationError && e.status === 401 && e.code === 'invalid_api_key');
  },

  async notFound() {
    await assert.rejects(client.models.retrieve('nothing'), (e) => e instanceof OpenAI.NotFoundError && e.code === 'model_not_found');
    await assert.rejects(client.chat.completions.create({ model: 'nothing', messages }), OpenAI.NotFoundError);
  },

  async badRequest() {
    await assert.rejects(client.chat.completions.create({ model, messages, n: 2 }), (e) =>
      e instanceof OpenAI.BadRequestError && e.param === 'n' && e.code === 'unsupported_parameter' && !!e.requestID);
  },

  async rateLimit() {
    await assert.rejects(client.chat.completions.create({ model, messages: [{ role: 'user', content: 'limit me' }] }), (e) =>
      e instanceof OpenAI.RateLimitError && e.headers.get('retry-after') === '7');
  },

  async cutStream() {
    const stream = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'cut me' }], stream: true });
    let text = '';
    await assert.rejects(async () => { for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? ''; }, (e) =>
      e instanceof OpenAI.APIError && e.code === 'stream_cut');
    assert.equal(text, 'Half ');
  },

  async abort() {
    const stream = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'go on and on' }], stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta?.content) break; // leaving the loop aborts the request
    }
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(name);
}
