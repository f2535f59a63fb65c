import { chromium, type Page } from "playwright";
import { z } from "zod";

const Inputs = z.object({
  apiKey: z.string().min(1, "ANCHOR_API_KEY is missing"),
  sessionId: z.string().min(1, "ANCHOR_SESSION_ID is missing"),
  company: z.string().regex(/^\d{8}$/, "ANCHOR_COMPANY is not a number of 8 digits"),
});

const Filing = z.object({
  form: z.string().min(1),
  filed: z.string().regex(/^\d{2}\/\d{2}\/\d{4}$/),
  state: z.enum(["Received", "In review", "Accepted", "Rejected"]),
});

type Filing = z.infer<typeof Filing>;

interface Result {
  success: boolean;
  message: string;
  filings?: Filing[];
}

const SLOW = 5 * 60_000;

async function readFilings(page: Page): Promise<Filing[]> {
  const rows = await page.locator("table#filings tbody tr").all();
  const cells = await Promise.all(rows.map((row) => row.locator("td").allInnerTexts()));
  return cells.map(([form, filed, state]) => Filing.parse({ form, filed, state }));
}

export default async function filingStatus(): Promise<Result> {
  const inputs = Inputs.safeParse({
    apiKey: process.env.ANCHOR_API_KEY,
    sessionId: process.env.ANCHOR_SESSION_ID,
    company: process.env.ANCHOR_COMPANY,
  });
  if (!inputs.success) {
    return { success: false, message: inputs.error.issues[0]?.message ?? "bad input" };
  }

  const { apiKey, sessionId, company } = inputs.data;
  const query = new URLSearchParams({ apiKey, sessionId });
  const browser = await chromium.connectOverCDP(`wss://connect.anchorbrowser.io?${query}`);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(SLOW);
    await page.goto("https://registry.gov.example/search", { timeout: SLOW });
    await page.getByLabel("Company number").fill(company);
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator("table#filings, p#no-filings").first().waitFor();

    const filings = await readFilings(page);
    const rejected = filings.filter((filing) => filing.state === "Rejected");
    return {
      success: true,
      message: `${filings.length} filings, ${rejected.length} rejected`,
      filings,
    };
  } catch (error) {
    if (error instanceof z.ZodError) {
      return { success: false, message: "the register's table has changed its columns" };
    }
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
