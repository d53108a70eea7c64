"""What Python's codecs make of bytes: reads {codec: [hex, ...]} and writes {codec: [text or null, ...]}."""
import json
import sys


def decoded(codec, text):
    try:
        return bytes.fromhex(text).decode(codec)
    except UnicodeDecodeError:
        return None


questions = json.load(sys.stdin)
json.dump({codec: [decoded(codec, text) for text in texts] for codec, texts in questions.items()}, sys.stdout)
