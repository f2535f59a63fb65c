"""
taskops from a program: plan a project on the emulator, apply it, look again.

    python examples/library.py examples/price-watch
"""

import sys

import taskops


def bring_up_to_date(folder: str) -> int:
    """Make the account as git says; how many changes that took."""
    with taskops.open_project(folder, emulator=True) as project:
        for problem in project.check():
            print(f"{problem.severity}: {problem.summary}")
        plan = project.plan()
        print(taskops.show(plan))
        report = project.apply(plan, taskops.Approval(digest=plan.digest))
        for outcome in report.outcomes:
            print(outcome.address, outcome.status)
        return report.count("applied")


if __name__ == "__main__":
    try:
        bring_up_to_date(*sys.argv[1:])
    except taskops.TaskopsError as error:
        sys.exit(f"{error.summary}\n{error.hint}")
