import AnchorBrowser from "anchorbrowser";
import type { Page } from "playwright";
import { z } from "zod";

const Inputs = z.object({
  sessionId: z.string().min(1, "ANCHOR_SESSION_ID is missing"),
  user: z.string().min(1, "ANCHOR_REGISTRY_USER is missing"),
  password: z.string().min(1, "ANCHOR_REGISTRY_PASSWORD is missing"),
  report: z.string().min(2, "ANCHOR_REPORT is missing"),
});

const Report = z.object({
  year: z.number().int().gte(2000),
  employees: z.number().int().nonnegative(),
  revenue: z.number().nonnegative(),
  directors: z.array(z.string().min(1)).min(1, "a report names a director at least"),
});

type Report = z.infer<typeof Report>;

interface Result {
  success: boolean;
  message: string;
  draft?: string;
}

const SLOW = 90 * 60_000;

async function signIn(page: Page, user: string, password: string): Promise<void> {
  await page.goto("https://registry.gov.example/sign-in", { timeout: SLOW });
  await page.getByLabel("User").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  // Behind the sign-in the portal may queue its visitors.
  await page.getByRole("heading", { name: "Your companies" }).waitFor({ timeout: SLOW });
}

async function fillIn(page: Page, report: Report): Promise<void> {
  await page.getByRole("link", { name: `Annual report ${report.year}` }).click();
  await page.getByLabel("Employees").fill(String(report.employees));
  await page.getByLabel("Revenue").fill(report.revenue.toFixed(2));
  for (const [index, director] of report.directors.entries()) {
    if (index > 0) await page.getByRole("button", { name: "Add a director" }).click();
    await page.getByLabel("Director").nth(index).fill(director);
  }
}

export default async function annualReportDraft(): Promise<Result> {
  try {
    const { sessionId, user, password, report } = Inputs.parse({
      sessionId: process.env.ANCHOR_SESSION_ID,
      user: process.env.ANCHOR_REGISTRY_USER,
      password: process.env.ANCHOR_REGISTRY_PASSWORD,
      report: process.env.ANCHOR_REPORT,
    });
    const wanted = Report.parse(JSON.parse(report));
    const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
    const browser = await anchor.browser.connect(sessionId);
    try {
      const context = browser.contexts()[0] ?? (await browser.newContext());
      const page = context.pages()[0] ?? (await context.newPage());
      await signIn(page, user, password);
      await fillIn(page, wanted);
      // Saved, never submitted: a person reads it first.
      await page.getByRole("button", { name: "Save draft" }).click();
      const draft = await page.getByTestId("draft-number").innerText();
      return { success: true, message: `saved as draft ${draft}`, draft };
    } finally {
      await browser.close();
    }
  } catch (error) {
    if (error instanceof z.ZodError) {
      const said = error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; ");
      return { success: false, message: said };
    }
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  }
}
