//! The ready scenarios: title and note.

use crate::base::Language;

phrases! {
    preset_handout { ko: "핸드아웃 그대로"; en: "The handout as it is" }
    preset_handout_note {
        ko: "PyFlink 잡이 5초마다 체크포인트를 만들고, 시도마다 다섯 번째 레코드에서 실패합니다. 재시작은 세 번까지, 5초 뒤에 합니다. 카운터는 파이썬 속성일 뿐이고 소스는 위치를 저장하지 않습니다.";
        en: "A PyFlink job takes a checkpoint every 5 s and fails at the fifth record of each attempt; up to three restarts, 5 s apart. Its counter is a mere Python attribute, and its source keeps no position."
    }
    preset_counter_in_state { ko: "카운터를 Flink 상태로"; en: "Counter in Flink state" }
    preset_counter_in_state_note {
        ko: "카운터가 keyed 상태에 있고 소스는 위치를 저장합니다. 그래서 1005는 시도마다 다섯 번째가 되는 독이 든 레코드(poison record)가 됩니다.";
        en: "The counter lives in keyed state and the source keeps its position. So 1005 becomes a poison record: it is the fifth in every attempt."
    }
    preset_fails_once { ko: "한 번만 실패"; en: "Fails only once" }
    preset_fails_once_note {
        ko: "핸드아웃과 같지만 실패 원인이 한 번 뒤 사라집니다. 모든 레코드가 나오고, 앞의 네 개는 두 번 나옵니다.";
        en: "The handout with a failure that goes away: every record comes out, the first four of them twice."
    }
    preset_log_small_bundle { ko: "로그 소스와 작은 번들"; en: "Log source, small bundles" }
    preset_log_small_bundle_note {
        ko: "핸드아웃이 상상한 모습입니다. 소스가 위치를 저장하고 번들이 작아 체크포인트가 오래 기다리지 않습니다. 시도마다 조금씩 더 나아갑니다.";
        en: "What the handout imagines: the source keeps its position and small bundles do not hold up checkpoints, so every attempt gets further."
    }
    preset_recovers { ko: "정말로 복구되는 랩"; en: "A lab that recovers" }
    preset_recovers_note {
        ko: "위치를 저장하는 소스, 작은 번들, 사라지는 실패. 이 세 가지를 바꾸면 잡이 FINISHED로 끝납니다.";
        en: "A source with a position, small bundles, a failure that goes away: with these three changes the job FINISHES."
    }
    preset_2x { ko: "Flink 2.3의 핸드아웃"; en: "The handout on Flink 2.3" }
    preset_2x_note {
        ko: "같은 잡을 2.3에서 돌립니다. 모든 태스크가 돌자마자 첫 체크포인트를 트리거하고, Python 결과는 번들이 끝나야 나옵니다.";
        en: "The same job on 2.3: the first checkpoint comes as soon as all tasks run, and Python results only when their bundle is done."
    }
    preset_java { ko: "Java로 쓴 핸드아웃"; en: "The handout in Java" }
    preset_java_note {
        ko: "Java의 fromCollection은 내보낸 개수를 상태로 저장합니다. 그래서 복원 뒤에는 그 자리부터 다시 읽고, 다섯 번째 레코드도 달라집니다.";
        en: "Java's fromCollection keeps the number of emitted elements. After a restore it reads on from there, and the fifth record is another one."
    }
    preset_keyed_sum { ko: "키별 합계, 병렬도 2"; en: "Sums by key, parallelism 2" }
    preset_keyed_sum_note {
        ko: "keyBy 뒤의 서브태스크 둘이 합계를 keyed 상태에 쌓습니다. 한 번 실패해도 합계는 맞고, 출력만 겹칩니다.";
        en: "Two subtasks after a keyBy add up sums in keyed state. One failure later the sums are right all the same; only the output repeats."
    }
    preset_alignment { ko: "배리어 정렬"; en: "Barrier alignment" }
    preset_alignment_note {
        ko: "빠른 소스와 느린 소스가 느린 서브태스크 하나에서 만납니다. 먼저 온 배리어의 채널이 막히고, 다른 배리어를 기다립니다.";
        en: "A fast and a slow source meet in one slow subtask. The channel whose barrier came first is blocked until the other barrier arrives."
    }
    preset_thousands { ko: "수천 건, 병렬도 4"; en: "Thousands, parallelism 4" }
    preset_thousands_note {
        ko: "파티션 네 개에서 거래 4,000건을 읽어 서브태스크 넷으로 나눕니다. 7초에 한 번 실패합니다.";
        en: "Four thousand transactions from four partitions, keyed over four subtasks; one failure at 7 s."
    }
    preset_tm_dies { ko: "TaskManager가 죽다"; en: "A TaskManager dies" }
    preset_tm_dies_note {
        ko: "TaskManager 둘 가운데 하나가 8초에 강제 종료됩니다. 하트비트 두 번을 보내지 못해야 알게 되고, 남은 쪽의 빈 슬롯에서 마지막 체크포인트부터 다시 시작합니다.";
        en: "One of two TaskManagers is killed at 8 s. Only two failed heartbeats tell; then the job restarts in the other one's free slot, from the last checkpoint."
    }
    preset_tm_source_dies { ko: "소스의 TaskManager가 죽다"; en: "The source's TaskManager dies" }
    preset_tm_source_dies_note {
        ko: "이번에는 소스 쪽이 죽습니다. 하류는 곧바로 연결이 끊겨 실패하지만 JobManager는 10초가 넘도록 모릅니다. 그사이 재시작은 죽은 프로세스에 배포하려다 실패를 거듭합니다.";
        en: "Now the source's side dies. Downstream fails at once, but the JobManager knows nothing for more than 10 s: meanwhile every restart deploys to the dead process and fails."
    }
    preset_jm_dies { ko: "JobManager가 죽다"; en: "The JobManager dies" }
    preset_jm_dies_note {
        ko: "JobManager가 8초에 죽고 14초에 새 리더가 나타납니다. HA 저장소 덕분에 완료된 체크포인트와 ID 카운터는 이어지고, 재시작 횟수와 통계는 처음부터 셉니다. HA를 끄면 잡을 잃습니다.";
        en: "The JobManager dies at 8 s, and a new leader comes at 14 s. Thanks to the HA store, completed checkpoints and the id counter go on; restarts and statistics are counted anew. Without HA the job is lost."
    }
    preset_storage_outage { ko: "저장소 장애"; en: "Storage outage" }
    preset_storage_outage_note {
        ko: "체크포인트를 S3에 둡니다. 7초부터 16초까지 S3가 응답하지 않아 새 체크포인트가 실패하고, 그사이 실패한 태스크는 상태를 읽지 못해 같은 체크포인트를 되풀이해 시도합니다.";
        en: "Checkpoints lie on S3, which does not answer from 7 s to 16 s: new ones fail, and a task that fails meanwhile can't read its state and tries the same checkpoint again and again."
    }
    preset_end_to_end { ko: "싱크 셋: print, upsert, Kafka"; en: "Three sinks: print, upsert, Kafka" }
    preset_end_to_end_note {
        ko: "같은 행을 세 싱크에 씁니다. 한 번 실패하면 print는 다시 출력하고, upsert는 같은 키를 덮어쓰며, Kafka 트랜잭션은 체크포인트가 완료된 행만 한 번씩 보여 줍니다.";
        en: "The same rows into three sinks. After one failure print repeats, the upsert writes over the same keys, and Kafka's transactions show each row once, when its checkpoint is complete."
    }
    preset_transaction_timeout { ko: "시간 초과로 잃은 트랜잭션"; en: "A transaction lost to its timeout" }
    preset_transaction_timeout_note {
        ko: "커밋이 한 번 실패하고 재시작이 6초 걸립니다. transaction.timeout.ms가 4초라서 브로커가 그사이 사전 커밋한 트랜잭션을 버립니다. 체크포인트는 완료됐고 잡도 끝까지 가지만 행은 유실됩니다.";
        en: "A commit fails once, and the restart takes 6 s. With a transaction.timeout.ms of 4 s the broker takes the prepared transaction back meanwhile: the checkpoint is complete, the job finishes, and the rows are lost."
    }
    preset_dead_letters { ko: "데드 레터로 보내기"; en: "Dead letters" }
    preset_dead_letters_note {
        ko: "금액이 너무 큰 거래는 사이드 아웃풋으로 나가 파일에 쌓입니다. 예외를 던지지 않으므로 잡은 실패하지 않습니다.";
        en: "Transactions whose amount is too large leave by a side output into files. No exception is thrown, so the job does not fail."
    }
    preset_windows { ko: "윈도우와 지각 데이터"; en: "Windows and late data" }
    preset_windows_note {
        ko: "10초 텀블링 윈도우가 키마다 합계를 냅니다. 늦게 온 결제 하나는 사이드 출력으로 갑니다. 장애 뒤에는 워터마크를 잊어, 같은 레코드가 늦지 않은 것이 될 수 있습니다.";
        en: "Tumbling windows of 10 s add up payments per key; one payment comes late and goes to the side output. A failure makes the job forget its watermark, and the same record may no longer be late."
    }
    preset_timers { ko: "타이머"; en: "Timers" }
    preset_timers_note {
        ko: "사용자가 3초 동안 조용하면 처리 시간 타이머가 알립니다. 타이머는 키 상태라 장애 뒤에 되돌아오고, 그사이 때가 지난 것은 바로 발동합니다.";
        en: "When a user has been quiet for 3 s, a processing-time timer speaks. Timers are keyed state: they come back after a failure, and those that are overdue fire at once."
    }
    scenario_edited_note {
        ko: "설정을 바꾼 시나리오입니다. 실행 취소로 되돌리거나 위에서 다른 시나리오를 고를 수 있습니다.";
        en: "A scenario with changed settings. Undo brings the old one back, and the chooser above brings another."
    }
}

impl Language {
    /// Title and note of the preset with this id.
    pub fn preset(self, id: &str) -> (&'static str, &'static str) {
        match id {
            "handout" => (self.preset_handout(), self.preset_handout_note()),
            "handout-counter-in-state" => (self.preset_counter_in_state(), self.preset_counter_in_state_note()),
            "handout-fails-once" => (self.preset_fails_once(), self.preset_fails_once_note()),
            "handout-log-source-small-bundle" => (self.preset_log_small_bundle(), self.preset_log_small_bundle_note()),
            "handout-recovers" => (self.preset_recovers(), self.preset_recovers_note()),
            "handout-2x" => (self.preset_2x(), self.preset_2x_note()),
            "java-handout" => (self.preset_java(), self.preset_java_note()),
            "keyed-sum" => (self.preset_keyed_sum(), self.preset_keyed_sum_note()),
            "two-sources-alignment" => (self.preset_alignment(), self.preset_alignment_note()),
            "generated-thousands" => (self.preset_thousands(), self.preset_thousands_note()),
            "task-manager-dies" => (self.preset_tm_dies(), self.preset_tm_dies_note()),
            "end-to-end" => (self.preset_end_to_end(), self.preset_end_to_end_note()),
            "transaction-timeout" => (self.preset_transaction_timeout(), self.preset_transaction_timeout_note()),
            "dead-letters" => (self.preset_dead_letters(), self.preset_dead_letters_note()),
            "task-manager-of-source-dies" => (self.preset_tm_source_dies(), self.preset_tm_source_dies_note()),
            "job-manager-dies" => (self.preset_jm_dies(), self.preset_jm_dies_note()),
            "storage-outage" => (self.preset_storage_outage(), self.preset_storage_outage_note()),
            "windows-late-data" => (self.preset_windows(), self.preset_windows_note()),
            "timers" => (self.preset_timers(), self.preset_timers_note()),
            _ => (self.scenario_edited(), self.scenario_edited_note()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::presets;

    #[test]
    fn every_preset_has_its_words() {
        for (id, _) in presets::ALL {
            assert_ne!(Language::English.preset(id).0, Language::English.scenario_edited(), "{id}");
        }
    }
}
