// openai-node as its documents use it: WORK BASE_URL OUT_DIR INPUT_DIR.
// It stands outside the folder of its packages, so it is told where they are: OPENAI_NODE.

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(path.join(process.env.OPENAI_NODE, 'package.json'));
const { OpenAI } = require('openai');

const [work, baseURL, out, inputs] = process.argv.slice(2);
const [name, ...numbers] = work.split(':');
const client = new OpenAI({ apiKey: 'sk-bench', baseURL, maxRetries: 0 });
const asked = { model: 'gpt-image-2', prompt: 'a lighthouse at dusk' };

const write = (base64, stem) =>
  fs.promises.writeFile(path.join(out, `${stem}.png`), Buffer.from(base64, 'base64'));
const save = (reply, stem) =>
  Promise.all(reply.data.map((image, index) => write(image.b64_json, `${stem}-${index}`)));

if (name === 'generate') {
  await save(await client.images.generate({ ...asked, n: Number(numbers[0]) }), 'image');
} else if (name === 'many') {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < Number(numbers[0]); index = next++) {
      await save(await client.images.generate(asked), `image-${index}`);
    }
  };
  await Promise.all(Array.from({ length: Number(numbers[1]) }, worker));
} else if (name === 'edit') {
  const image = [0, 1, 2, 3].map((index) => fs.createReadStream(path.join(inputs, `input-${index}.png`)));
  const mask = fs.createReadStream(path.join(inputs, 'mask.png'));
  await save(await client.images.edit({ ...asked, image, mask }), 'image');
} else if (name === 'stream') {
  let index = 0;
  const events = await client.images.generate({ ...asked, stream: true, partial_images: Number(numbers[0]) });
  for await (const event of events) {
    await write(event.b64_json, String(index++));
  }
} else {
  throw new Error(`${work} is no kind of work`);
}
