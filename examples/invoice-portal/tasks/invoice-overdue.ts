import AnchorBrowser from "anchorbrowser";
import type { Page } from "playwright";

interface Invoice {
  number: string;
  due: string;
  amount: string;
}

interface Result {
  success: boolean;
  message: string;
  overdue?: Invoice[];
}

function required(name: string, value: string | undefined): string {
  if (!value) throw new Error(`the input ${name} is missing`);
  return value;
}

async function readInvoices(page: Page): Promise<Invoice[]> {
  const rows = await page.locator("table#open-invoices tbody tr").all();
  return Promise.all(
    rows.map(async (row) => {
      const [number = "", due = "", amount = ""] = await row.locator("td").allInnerTexts();
      return { number: number.trim(), due: due.trim(), amount: amount.trim() };
    }),
  );
}

export default async function invoiceOverdue(): Promise<Result> {
  const sessionId = required("ANCHOR_SESSION_ID", process.env.ANCHOR_SESSION_ID);
  const user = required("ANCHOR_PORTAL_USER", process.env.ANCHOR_PORTAL_USER);
  const password = required("ANCHOR_PORTAL_PASSWORD", process.env.ANCHOR_PORTAL_PASSWORD);
  const today = process.env.ANCHOR_TODAY ?? new Date().toISOString().slice(0, 10);

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto("https://billing.example/sign-in", { waitUntil: "domcontentloaded" });
    await page.getByLabel("User name").fill(user);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Open invoices" }).click();
    await page.locator("table#open-invoices").waitFor();

    // The portal writes ISO dates, which sort as text.
    const overdue = (await readInvoices(page)).filter((invoice) => invoice.due < today);
    return {
      success: true,
      message: overdue.length ? `${overdue.length} overdue` : "nothing is overdue",
      overdue,
    };
  } catch (error) {
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
