"""What the check prints."""

import json
import sys
import traceback


class Report:
    """Prints each check as it is made, and counts passes and failures."""

    def __init__(self):
        self.passed = self.failed = 0

    def section(self, title, checks, *arguments):
        """Runs the checks of a section. If they raise, that counts as a failed check."""
        print(f"\n== {title}", flush=True)
        try:
            checks(self, *arguments)
        except Exception as error:
            traceback.print_exc()
            self.check(f"{title}: runs to the end", [f"{type(error).__name__}: {error}"])

    def check(self, what, problems):
        if problems:
            self.failed += 1
            print(f"FAILED  {what}")
            for problem in dict.fromkeys(problems):
                print(f"        {problem}")
        else:
            self.passed += 1
            print(f"ok      {what}")
        sys.stdout.flush()


def table(wanted, found):
    """Prints whether each client's request is the same as the contract's, aspect by aspect."""
    differing = {
        name: {line.split(":")[0].split(".")[0].split("[")[0] for line in lines}
        for name, lines in found.items()
    }
    rows = [["", "the contract", *found]]
    for aspect, value in wanted.items():
        value = value if isinstance(value, str) else json.dumps(value)
        value = value if len(value) <= 44 else f"{value[:41]}..."
        cells = ["DIFFERS" if aspect in differing[name] else "same" for name in found]
        rows.append([aspect, value, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
