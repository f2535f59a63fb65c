import AnchorBrowser from "anchorbrowser";
import type { Locator } from "playwright";
import { z } from "zod";

const Inputs = z.object({
  sessionId: z.string().min(1, "ANCHOR_SESSION_ID is missing"),
  trade: z.string().min(2, "ANCHOR_TRADE is missing"),
  town: z.string().min(2, "ANCHOR_TOWN is missing"),
  limit: z.coerce.number().int().min(1).max(200),
});

interface Lead {
  company: string;
  site: string | null;
}

interface Result {
  success: boolean;
  message: string;
  leads?: Lead[];
}

async function readLead(card: Locator): Promise<Lead> {
  const link = card.getByRole("link", { name: "Website" });
  return {
    company: (await card.getByRole("heading").innerText()).trim(),
    site: (await link.count()) > 0 ? await link.first().getAttribute("href") : null,
  };
}

export default async function leadFinder(): Promise<Result> {
  const inputs = Inputs.safeParse({
    sessionId: process.env.ANCHOR_SESSION_ID,
    trade: process.env.ANCHOR_TRADE,
    town: process.env.ANCHOR_TOWN,
    limit: process.env.ANCHOR_LIMIT ?? "50",
  });
  if (!inputs.success) {
    const said = inputs.error.issues.map((issue) => issue.message).join("; ");
    return { success: false, message: said };
  }

  const { sessionId, trade, town, limit } = inputs.data;
  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    const leads = new Map<string, Lead>();
    for (let number = 1; leads.size < limit; number += 1) {
      const query = new URLSearchParams({ q: trade, near: town, page: String(number) });
      await page.goto(`https://directory.example/search?${query}`, {
        waitUntil: "domcontentloaded",
      });
      const cards = await page.getByRole("article").all();
      if (cards.length === 0) break;
      for (const lead of await Promise.all(cards.map(readLead))) {
        leads.set(lead.company.toLowerCase(), lead);
      }
    }
    const found = [...leads.values()].slice(0, limit);
    return { success: true, message: `${found.length} companies in ${town}`, leads: found };
  } catch (error) {
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
