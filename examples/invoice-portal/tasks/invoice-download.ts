import AnchorBrowser from "anchorbrowser";
import type { Page } from "playwright";
import { z } from "zod";

const Inputs = z.object({
  sessionId: z.string().min(1, "ANCHOR_SESSION_ID is missing"),
  user: z.string().min(1, "ANCHOR_PORTAL_USER is missing"),
  password: z.string().min(1, "ANCHOR_PORTAL_PASSWORD is missing"),
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "ANCHOR_MONTH is not YYYY-MM"),
});

interface Result {
  success: boolean;
  message: string;
  fileName?: string;
  pdfBase64?: string;
}

async function signIn(page: Page, user: string, password: string): Promise<void> {
  await page.goto("https://billing.example/sign-in", { waitUntil: "domcontentloaded" });
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/overview", { timeout: 15_000 }).catch(() => {
    throw new Error("the portal did not accept the sign-in");
  });
}

/** The page fetches the file itself, so that cookies and proxy are the session's. */
async function fetchInPage(page: Page, url: string): Promise<string> {
  return page.evaluate(async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the invoice answered ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, url);
}

export default async function invoiceDownload(): Promise<Result> {
  const inputs = Inputs.safeParse({
    sessionId: process.env.ANCHOR_SESSION_ID,
    user: process.env.ANCHOR_PORTAL_USER,
    password: process.env.ANCHOR_PORTAL_PASSWORD,
    month: process.env.ANCHOR_MONTH,
  });
  if (!inputs.success) {
    return { success: false, message: inputs.error.issues[0]?.message ?? "bad input" };
  }

  const { sessionId, user, password, month } = inputs.data;
  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    await signIn(page, user, password);
    await page.goto(`https://billing.example/invoices?month=${month}`);

    const link = page.getByRole("row", { name: month }).getByRole("link", { name: "PDF" });
    if ((await link.count()) === 0) {
      return { success: false, message: `there is no invoice for ${month} yet` };
    }
    const href = await link.first().getAttribute("href");
    if (!href) throw new Error("the PDF link leads nowhere");
    const pdfBase64 = await fetchInPage(page, new URL(href, page.url()).href);
    if (!pdfBase64.startsWith("JVBER")) throw new Error("the download is not a PDF");

    const fileName = `invoice-${month}.pdf`;
    return { success: true, message: `downloaded ${fileName}`, fileName, pdfBase64 };
  } catch (error) {
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
