// The official client for Node drives responses and conversations: node responses.js http://127.0.0.1:PORT/v1
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'unused', maxRetries: 0 });
const model = 'scripted';

async function collect(iterable) {
  const all = [];
  for await (const one of iterable) all.push(one);
  return all;
}

// Whole responses, and those that continue them.
const first = await client.responses.create({ model, input: 'say tea', instructions: 'Be brief.', metadata: { topic: 'tea' } });
assert.equal(first.output_text, 'I heard tea.');
assert.equal(first.status, 'completed');
assert.equal(first.output[0].content[0].text, 'Hmm tea.');
assert.deepEqual(first.metadata, { topic: 'tea' });
const second = await client.responses.create({ model, input: [{ role: 'user', content: 'say milk' }], previous_response_id: first.id });
assert.equal(second.output_text, 'I heard milk.');
assert.deepEqual(await client.responses.retrieve(second.id), second);
const input = await collect(client.responses.inputItems.list(second.id, { order: 'asc', limit: 1 }));
assert.deepEqual(input.map(item => item.type), ['message', 'reasoning', 'message', 'message']);
const third = await client.responses.create({ model, store: false, input: [{ role: 'user', content: 'say tea' }, ...first.output, { role: 'user', content: 'say water' }] });
assert.equal(third.output_text, 'I heard water.');
await client.responses.delete(second.id);
await assert.rejects(client.responses.retrieve(second.id), OpenAI.NotFoundError);

// Streams, and their continuation.
const events = await collect(await client.responses.create({ model, input: 'say tea', stream: true }));
assert.deepEqual(events.map(event => event.sequence_number), [...events.keys()]);
assert.equal(events.filter(event => event.type === 'response.output_text.delta').map(event => event.delta).join(''), 'I heard tea.');
assert.equal(events.filter(event => event.type === 'response.reasoning_text.delta').map(event => event.delta).join(''), 'Hmm tea.');
const id = events[0].response.id;
for (const after of [0, 5, events.length - 2]) {
  assert.deepEqual(await collect(await client.responses.retrieve(id, { stream: true, starting_after: after })), events.slice(after + 1));
}

const helper = client.responses.stream({ model, input: 'say tea' });
const deltas = [];
helper.on('response.output_text.delta', event => deltas.push(event.delta));
assert.equal((await helper.finalResponse()).output_text, 'I heard tea.');
assert.equal(deltas.join(''), 'I heard tea.');
assert.equal((await client.responses.stream({ response_id: id, starting_after: 3 }).finalResponse()).output_text, 'I heard tea.');

// Functions.
const tools = [{ type: 'function', name: 'weather', description: 'Tells the weather.', parameters: { type: 'object' }, strict: false }];
const asked = await client.responses.create({ model, input: 'call weather', tools });
const call = asked.output.find(item => item.type === 'function_call');
assert.deepEqual([call.name, JSON.parse(call.arguments)], ['weather', { city: 'Rome' }]);
const called = await client.responses.stream({ model, input: 'call weather', tools }).finalResponse();
assert.equal(called.output.at(-1).arguments, call.arguments);
const answered = await client.responses.create({ model, previous_response_id: asked.id, input: [{ type: 'function_call_output', call_id: call.call_id, output: 'rain' }], tools });
assert.equal(answered.status, 'completed');

// In the background.
let background = await client.responses.create({ model, input: 'say tea', background: true });
assert.equal(background.status, 'queued');
while (background.status === 'queued' || background.status === 'in_progress') background = await client.responses.retrieve(background.id);
assert.equal(background.output_text, 'I heard tea.');
const endless = await client.responses.create({ model, input: 'say wait', background: true, stream: true });
for await (const event of endless) {
  assert.equal(event.type, 'response.created');
  assert.equal((await client.responses.cancel(event.response.id)).status, 'cancelled');
  break;
}

// Conversations.
const conversation = await client.conversations.create({ metadata: { topic: 'tea' }, items: [{ type: 'message', role: 'system', content: 'rules' }] });
const turn = await client.responses.create({ model, input: 'say tea', conversation: conversation.id });
assert.equal(turn.conversation.id, conversation.id);
const items = await collect(client.conversations.items.list(conversation.id, { order: 'asc', limit: 2 }));
assert.deepEqual(items.map(item => item.type), ['message', 'message', 'reasoning', 'message']);
assert.deepEqual(await client.conversations.items.retrieve(items[3].id, { conversation_id: conversation.id }), turn.output[1]);
const added = await client.conversations.items.create(conversation.id, { items: [{ type: 'message', role: 'user', content: 'x' }] });
await client.conversations.items.delete(added.data[0].id, { conversation_id: conversation.id });
assert.equal((await collect(client.conversations.items.list(conversation.id))).length, 4);
assert.deepEqual((await client.conversations.update(conversation.id, { metadata: { topic: 'milk' } })).metadata, { topic: 'milk' });
assert.equal((await client.conversations.retrieve(conversation.id)).metadata.topic, 'milk');
assert.equal((await client.conversations.delete(conversation.id)).deleted, true);
await assert.rejects(client.conversations.retrieve(conversation.id), OpenAI.NotFoundError);

// Refusals name the field.
await assert.rejects(client.responses.create({ model, input: 'x', tools: [{ type: 'web_search' }] }), error => error.status === 400 && error.param === 'tools[0].type');
console.log('done');
