"""openai-python as its documents use it: WORK BASE_URL OUT_DIR INPUT_DIR."""

import base64
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

work, base_url, out, inputs = sys.argv[1:5]
name, *numbers = work.split(":")
numbers = [int(number) for number in numbers]
out, inputs = pathlib.Path(out), pathlib.Path(inputs)
client = OpenAI(api_key="sk-bench", base_url=base_url, max_retries=0)
asked = {"model": "gpt-image-2", "prompt": "a lighthouse at dusk"}


def save(reply, stem):
    for index, image in enumerate(reply.data):
        (out / f"{stem}-{index}.png").write_bytes(base64.b64decode(image.b64_json))


if name == "generate":
    save(client.images.generate(**asked, n=numbers[0]), "image")
elif name == "many":
    def one(index):
        save(client.images.generate(**asked), f"image-{index}")

    with ThreadPoolExecutor(numbers[1]) as pool:
        list(pool.map(one, range(numbers[0])))
elif name == "edit":
    images = [open(inputs / f"input-{index}.png", "rb") for index in range(4)]
    save(client.images.edit(**asked, image=images, mask=open(inputs / "mask.png", "rb")), "image")
elif name == "stream":
    for index, event in enumerate(client.images.generate(**asked, stream=True, partial_images=numbers[0])):
        (out / f"{index}.png").write_bytes(base64.b64decode(event.b64_json))
else:
    sys.exit(f"{work} is no kind of work")
