"""Checks an exported book as docs/books.md says, without any code of Plantroom. Exit 1 at the first line that does not hold."""
import hashlib, json, sys

head, number = "0" * 64, 0
for line in open(sys.argv[1], encoding="utf-8"):
    row, number = json.loads(line), number + 1
    body = row["body"]
    if row["seq"] != number:
        sys.exit(f"line {number}: number {row['seq']}")
    if row["prev"] != head:
        sys.exit(f"line {number}: does not follow")
    if hashlib.sha256(f"{row['prev']}\n{body}".encode()).hexdigest() != row["hash"]:
        sys.exit(f"line {number}: content changed")
    if json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False) != body and "e" not in body:
        sys.exit(f"line {number}: form")
    head = row["hash"]
print(number, head)
